export {
  type Address,
  defaultKafkaOptions,
  type KafkaDeps,
  type KafkaOptions,
  type Node,
  type Nodes,
} from "./deps.ts";
export { GatewayRegistry, NoNodeFree } from "./gateways/index.ts";
export { KafkaListener } from "./server/index.ts";
