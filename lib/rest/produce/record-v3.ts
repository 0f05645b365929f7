/**
 * One record of the v3 produce path, as Confluent's REST Proxy takes it:
 *
 *   {"partition_id": 1, "headers": [{"name": "h", "value": "aGk="}], "timestamp": "2021-02-05T19:14:42Z",
 *    "key": {"type": "BINARY", "data": "Zm9v"}, "value": {"type": "JSON", "data": {"a": 1}}}
 */
import type { RecordHeader, RecordInput } from "../../format/record-batch/index.ts";
import { textOf } from "../../std/index.ts";
import { describe } from "../describe.ts";
import { BadRequest, Unprocessable } from "../errors.ts";
import { jsonProblem } from "../json-problem.ts";
import { memberTexts } from "../json-text.ts";
import { base64Bytes, type DataType, dataBytes } from "./data.ts";
import { fieldsOf, listOf, partitionOf } from "./fields.ts";

/** A record as it was sent. */
export type RecordText = {
  readonly bytes: Uint8Array;
  /** Where it begins in the body, from 1. */
  readonly line: number;
};

/** A record to append, and what its result says of it. */
export type ProducedV3 = {
  readonly record: RecordInput;
  readonly partition: number | undefined;
  readonly keyType: DataType | undefined;
  readonly valueType: DataType | undefined;
};

const recordFields = new Set(["partition_id", "headers", "key", "value", "timestamp"]);
const headerFields = new Set(["name", "value"]);
const dataFields = new Set(["type", "data"]);
const dataTypes: readonly string[] = ["BINARY", "JSON", "STRING"] satisfies DataType[];
/** What Confluent's proxy takes besides, with a schema registry. */
const schemaTypes: ReadonlySet<unknown> = new Set(["AVRO", "JSONSCHEMA", "PROTOBUF"]);
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i;
const noHeaders: readonly RecordHeader[] = [];

/** The record in this text. `nowMs` is its time unless it says another. Throws BadRequest, Unprocessable. */
export function readRecordV3({ bytes, line }: RecordText, nowMs: number): ProducedV3 {
  const text = unicode(bytes, line);
  const fields = fieldsOf(parse(text, line), recordFields, "record");
  const member = (name: string): string =>
    memberTexts(memberTexts(text).get(name) ?? "").get("data") ?? "null";
  const key = readData(fields["key"], () => member("key"), "key");
  const value = readData(fields["value"], () => member("value"), "value");
  const timestampMs = timestampOf(fields["timestamp"], nowMs);
  const headers = headersOf(fields["headers"]);
  return {
    record: { timestampMs, key: key.bytes, value: value.bytes, headers },
    partition: partitionOf(fields["partition_id"], "partition_id"),
    keyType: key.type,
    valueType: value.type,
  };
}

function unicode(bytes: Uint8Array, line: number): string {
  try {
    return textOf(bytes);
  } catch {
    throw new BadRequest(`the ${bytes.length} bytes of the record on line ${line} are not valid UTF-8`);
  }
}

function parse(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest(`the record on line ${line} is no JSON: ${jsonProblem(text)}`);
  }
}

type Data = { readonly type: DataType | undefined; readonly bytes: Uint8Array | null };

function readData(value: unknown, jsonText: () => string, place: string): Data {
  if (value === undefined || value === null) return { type: undefined, bytes: null };
  const { type, data } = fieldsOf(value, dataFields, place) as { type?: unknown; data?: unknown };
  if (!isDataType(type)) {
    if (!schemaTypes.has(type)) throw new BadRequest(`${place}.type is ${describe(type)}: ${wantedTypes}`);
    throw new Unprocessable(
      `${place}.type is ${describe(type)}, which needs a schema registry: ${wantedTypes}`,
    );
  }
  return { type, bytes: dataBytes(type, data, jsonText, `${place}.data`) };
}

const wantedTypes = `${dataTypes.join(", ")} are served`;

function isDataType(type: unknown): type is DataType {
  return typeof type === "string" && dataTypes.includes(type);
}

function headersOf(value: unknown): readonly RecordHeader[] {
  if (value === undefined || value === null) return noHeaders;
  return listOf(value, "headers").map((each, index) => {
    const place = `headers.${index}`;
    const { name, value: data } = fieldsOf(each, headerFields, place) as { name?: unknown; value?: unknown };
    if (typeof name !== "string" || !name.isWellFormed())
      throw new BadRequest(`${place}.name is ${describe(name)}: a text is wanted`);
    if (data === undefined || data === null) return { key: name, value: null };
    if (typeof data !== "string")
      throw new BadRequest(`${place}.value is ${describe(data)}: base64 is wanted`);
    return { key: name, value: base64Bytes(data, `${place}.value`) };
  });
}

function timestampOf(value: unknown, nowMs: number): number {
  if (value === undefined || value === null) return nowMs;
  const timestampMs = typeof value === "string" && rfc3339.test(value) ? Date.parse(value) : Number.NaN;
  if (!(timestampMs >= 0))
    throw new Unprocessable(
      `timestamp is ${describe(value)}: a time since 1970 is wanted, as 2021-02-05T19:14:42Z`,
    );
  return timestampMs;
}
