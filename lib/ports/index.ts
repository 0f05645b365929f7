export { type Clock, sleep } from "./clock.ts";
export { type Codecs, type Compression, compressionNames } from "./codecs.ts";
export {
  BadCompression,
  OutcomeUnknown,
  StoreCorrupt,
  StoreFull,
  StoreThrottled,
  StoreUnavailable,
} from "./errors.ts";
export {
  applyUpdate,
  checkItem,
  checkKey,
  holds,
  ItemRequestInvalid,
  itemBytes,
  itemLimits,
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
export type { ByteRange, GetResult, ListResult, ObjectInfo, ObjectStore, PutResult } from "./object-store.ts";
export type { Random } from "./random.ts";
export { type Labels, type LogFields, type LogLevel, silentTelemetry, type Telemetry } from "./telemetry.ts";
