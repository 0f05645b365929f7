export { fetchWaitMsMax, frontDoorTimeoutMs, jobsPerBatch, workerTimeoutMs } from "./bounds.ts";
export {
  composeAws,
  composeUpkeep,
  composeWorker,
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
export { type OpenQueue, type OpenStores, openItems, openQueue, openStores } from "./stores.ts";
export type { UpkeepHandler, UpkeepReport } from "./upkeep.ts";
export { serveWebFunction } from "./web-function.ts";
export type { WorkerHandler } from "./worker.ts";
