export { createRestApp } from "./app.ts";
export { defaultRestOptions, type RestDeps, type RestOptions } from "./deps.ts";
export {
  AnswerTooLarge,
  BadRequest,
  BodyTooLarge,
  publicMessage,
  renderErrors,
  retryAfterHeader,
  translate,
} from "./errors.ts";
export { type QueryParameter, queryParametersOf } from "./parameters.ts";
export { type Duty, duties, type Route } from "./route.ts";
export { routes } from "./routes/index.ts";
