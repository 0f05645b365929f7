export { type Api, apiTable } from "./api-table.ts";
export { messages } from "./apis/index.ts";
export {
  type Address,
  defaultKafkaOptions,
  type KafkaDeps,
  type KafkaOptions,
  type Node,
  type Nodes,
} from "./deps.ts";
export { errorCodes } from "./error-codes.ts";
export { errorRows } from "./errors.ts";
export { GatewayRegistry, NoNodeFree } from "./gateways/index.ts";
export { KafkaListener } from "./server/index.ts";
