export { type ApiDefinition, doorLimits, HttpApi, type HttpApiDeps } from "./http-api.ts";
export type { DoorRoute } from "./routes.ts";
export { WebEndpoint, webService } from "./web-endpoint.ts";
