export { createRestApp } from "./app.ts";
export { renderErrors } from "./errors.ts";
export { defaultRestOptions, type RestDeps, type RestOptions } from "./service.ts";
