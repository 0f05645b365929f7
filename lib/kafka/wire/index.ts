export { decode } from "./decode.ts";
export { encode, Sink } from "./encode.ts";
export {
  bodyOf,
  type RequestHeader,
  readRequestHeader,
  writeRequestHeader,
  writeResponseHeader,
} from "./header.ts";
export {
  bool,
  bytes,
  type Draft,
  type Field,
  type Fields,
  float64,
  int8,
  int16,
  int32,
  int64,
  list,
  listOf,
  type Message,
  type MessageDraft,
  type MessageValues,
  message,
  type Records,
  records,
  string,
  struct,
  type Type,
  uint16,
  uuid,
  uuidZero,
  type Values,
} from "./schema.ts";
export { includes, type Versions, versionMax, versions } from "./versions.ts";
