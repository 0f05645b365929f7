export {
  appendBatch,
  appendRecords,
  type BatchProducer,
  type Entry,
  type Outcome,
  topicFor,
} from "./append.ts";
export { dataBytes } from "./data.ts";
export { fieldsOf, listOf, numberOf, partitionOf } from "./fields.ts";
export { asBody, produceStream } from "./stream.ts";
