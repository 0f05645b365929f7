/**
 * Stored records as JSON. Bytes have no one form in JSON, so the reader names it: base64 (always possible), text, or the
 * JSON that the bytes are. JSON is passed on as it was stored, digit by digit, and not parsed and printed again.
 */
import type { BatchRecord } from "../format/record-batch/index.ts";
import { NotPresentable } from "./errors.ts";

/** Keeps a byte order mark: what is shown as text is the whole value. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How keys and values are shown; headers always are base64. */
export const formats = ["binary", "json", "string"] as const;
export type Format = (typeof formats)[number];

/** One record: `{"offset","timestamp","key","value","headers"}`. Throws NotPresentable. */
export function presentRecord(record: BatchRecord, format: Format): string {
  const { offset, timestampMs, key, value } = record;
  const headers = record.headers.map(header => ({ name: header.key, value: base64(header.value) }));
  const [keyText, valueText] = [
    presentBytes(key, format, offset, "key"),
    presentBytes(value, format, offset, "value"),
  ];
  return `{"offset":${offset},"timestamp":${timestampMs},"key":${keyText},"value":${valueText},"headers":${JSON.stringify(headers)}}`;
}

/** A key or a value. Throws NotPresentable. */
export function presentBytes(bytes: Uint8Array | null, format: Format, offset: number, part: string): string {
  if (bytes === null) return "null";
  if (format === "binary") return `"${base64(bytes)}"`;
  try {
    const text = decoder.decode(bytes);
    if (format === "string") return JSON.stringify(text);
    JSON.parse(text);
    return text;
  } catch {
    const wanted = format === "json" ? "JSON" : "UTF-8 text";
    throw new NotPresentable(
      `the ${part} at offset ${offset} is not ${wanted}: read it with format=binary, or as record batches`,
    );
  }
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
