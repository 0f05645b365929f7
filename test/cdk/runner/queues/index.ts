export { deliver, type MappingDefinition } from "./mapping.ts";
export { answerToBatch, type Message, type QueueDefinition, Queues } from "./queues.ts";
