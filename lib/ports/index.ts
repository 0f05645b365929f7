export { type Clock, sleep } from "./clock.ts";
export { type Codecs, type Compression, compressionNames } from "./codecs.ts";
export {
  BadCompression,
  OutcomeUnknown,
  StoreCorrupt,
  StoreFull,
  StoreMisconfigured,
  StoreThrottled,
  StoreUnavailable,
} from "./errors.ts";
export {
  applyUpdate,
  checkBatchGet,
  checkBatchWrite,
  checkItem,
  checkKey,
  checkQuery,
  holds,
  ItemRequestInvalid,
  itemBytes,
  itemLimits,
  newImage,
} from "./item-semantics.ts";
export type {
  Attributes,
  BatchWrite,
  Clause,
  Condition,
  Item,
  ItemKey,
  ItemStore,
  ItemValue,
  Query,
  QueryResult,
  ReadOptions,
  Update,
  UpdateResult,
} from "./item-store.ts";
export { compareKeys } from "./key-order.ts";
export {
  checkObjectKey,
  checkObjectKeys,
  clampRange,
  listLimit,
  ObjectRequestInvalid,
  objectLimits,
} from "./object-semantics.ts";
export type { ByteRange, GetResult, ListResult, ObjectInfo, ObjectStore, PutResult } from "./object-store.ts";
export type { Random } from "./random.ts";
export { type Labels, type LogFields, type LogLevel, silentTelemetry, type Telemetry } from "./telemetry.ts";
