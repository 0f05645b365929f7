export { createRestApp } from "./app.ts";
export { defaultRestOptions, type RestDeps, type RestOptions } from "./deps.ts";
export { renderErrors } from "./errors.ts";
export { type QueryParameter, queryParametersOf } from "./parameters.ts";
export { type Duty, duties, type Route } from "./route.ts";
export { routes } from "./routes/index.ts";
