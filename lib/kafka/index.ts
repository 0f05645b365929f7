export { KafkaListener } from "./server/index.ts";
export {
  type Address,
  defaultKafkaOptions,
  type KafkaDeps,
  type KafkaOptions,
  type Node,
  type Nodes,
} from "./service.ts";
