/**
 * The bytes of a record from its name, and back: what was read is the name only if every byte is as it was sent.
 */
import { equalBytes, utf8 } from "../../lib/std/index.ts";

/** A record to send. `value` names it in the history; no two records have one name. */
export type NewRecord = {
  readonly value: string;
  readonly sizeBytes: number;
  readonly hasKey: boolean;
  readonly timestampMs: number;
};

/** What stands around the name before the filling, at most. */
const headBytesMax = 12;

/** Value bytes: the name, their number, then the name again and again. Text, so that JSON can carry it. */
export function bytesOf({ value, sizeBytes }: Pick<NewRecord, "value" | "sizeBytes">): Uint8Array {
  const length = Math.max(sizeBytes, value.length + headBytesMax);
  return utf8(`${value} ${length} `.padEnd(length, `${value}.`));
}

/** The key, where a record has one. */
export function keyOf({ value, hasKey }: Pick<NewRecord, "value" | "hasKey">): Uint8Array | null {
  return hasKey ? utf8(`key of ${value}`) : null;
}

/** The name of the record with these bytes; another text, which nobody sent, when one of them is wrong. */
export function nameOf(key: Uint8Array | null, bytes: Uint8Array | null): string {
  const [value = "", size] = Buffer.from(bytes ?? [])
    .subarray(0, 200)
    .toString()
    .split(" ");
  const isRight =
    bytes !== null &&
    size === String(bytes.length) &&
    equalBytes(bytes, bytesOf({ value, sizeBytes: bytes.length })) &&
    (key === null || equalBytes(key, utf8(`key of ${value}`)));
  return isRight ? value : `damaged ${bytes?.length} bytes: ${value.slice(0, 100)}`;
}
