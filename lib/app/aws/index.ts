export { fetchWaitMsMax, frontDoorTimeoutMs } from "./bounds.ts";
export {
  composeAws,
  composeUpkeep,
  type FunctionName,
  type FunctionParts,
  functionNames,
  type HttpDuty,
  httpDuties,
  makeHttpFunction,
} from "./compose.ts";
export type { HttpHandler } from "./http-handler.ts";
export type { HttpResult } from "./http-result.ts";
export {
  type FunctionKind,
  type FunctionVariable,
  functionVariables,
  loadFunctionConfig,
} from "./settings.ts";
export { renderFunctionConfiguration } from "./settings-docs.ts";
export { type OpenStores, openItems, openStores } from "./stores.ts";
export type { UpkeepHandler, UpkeepReport } from "./upkeep.ts";
export { serveWebFunction } from "./web-function.ts";
