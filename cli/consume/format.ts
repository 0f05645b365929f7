/**
 * Records as bytes for stdout. Text is for pipes: the bytes of the value and "\n", nothing decoded. Json is for scripts:
 * one compact object a line; text is a string there, and bytes that are not valid UTF-8 are `{"base64": "..."}`.
 */
import { isUtf8 } from "node:buffer";
import type { BatchRecord, RecordHeader } from "../../lib/format/record-batch/index.ts";
import { concat, utf8 } from "../../lib/std/index.ts";

/** Records of one partition, in order, as one piece of output. */
export type Format = (records: readonly BatchRecord[], topic: string, partition: number) => Uint8Array;

const newline = 0x0a;
/** What stands for "no key" or "no value" in text, as in Kafka's console consumer. */
const nothing = utf8("null");

/** Values alone. */
export const valueText: Format = records => {
  let length = 0;
  for (const { value } of records) length += (value ?? nothing).length + 1;
  const output = new Uint8Array(length);
  let at = 0;
  for (const { value } of records) {
    const bytes = value ?? nothing;
    output.set(bytes, at);
    at += bytes.length;
    output[at++] = newline;
  }
  return output;
};

/** Keys and values with a separator between them. */
export function keyedText(separator: string): Format {
  const between = utf8(separator);
  const end = Uint8Array.of(newline);
  return records =>
    concat(records.flatMap(({ key, value }) => [key ?? nothing, between, value ?? nothing, end]));
}

/** `{"topic","partition","offset","timestamp","key","value","headers"}`, the timestamp in ms since 1970. */
export const json: Format = (records, topic, partition) => {
  const lines = records.map(({ offset, timestampMs, key, value, headers }) => {
    const shown = { key: shownBytes(key), value: shownBytes(value), headers: headers.map(shownHeader) };
    return `${JSON.stringify({ topic, partition, offset, timestamp: timestampMs, ...shown })}\n`;
  });
  return utf8(lines.join(""));
};

type ShownBytes = string | { readonly base64: string } | null;

function shownBytes(bytes: Uint8Array | null): ShownBytes {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(buffer) ? buffer.toString() : { base64: buffer.toString("base64") };
}

function shownHeader({ key, value }: RecordHeader): { readonly name: string; readonly value: ShownBytes } {
  return { name: key, value: shownBytes(value) };
}
