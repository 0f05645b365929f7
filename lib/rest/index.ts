export { createRestApp } from "./app.ts";
export { defaultRestOptions, type RestDeps, type RestOptions } from "./deps.ts";
export { renderErrors } from "./errors.ts";
export { routes } from "./routes/index.ts";
