/**
 * Makes a record of a line: all of it is the value, or what stands behind the first separator is, and what stands
 * before it the key. Bytes stay as they are.
 */
import type { RecordHeader, RecordInput } from "../../lib/format/record-batch/index.ts";
import { utf8 } from "../../lib/std/index.ts";
import { LineRefused } from "../errors.ts";

export type RecordRules = {
  readonly keySeparator?: string;
  /** On every record. */
  readonly headers: readonly RecordHeader[];
};

/** Makes the record of a line that was read at a time. Throws LineRefused for a line without the separator. */
export type MakeRecord = (line: Uint8Array, lineNumber: number, timestampMs: number) => RecordInput;

/** How lines become records by these rules. */
export function recordMaker({ keySeparator, headers }: RecordRules): MakeRecord {
  if (keySeparator === undefined)
    return (value, _lineNumber, timestampMs) => ({ timestampMs, key: null, value, headers });
  const separator = utf8(keySeparator);
  return (line, lineNumber, timestampMs) => {
    const end = bufferOver(line).indexOf(separator);
    if (end < 0)
      throw new LineRefused(`line ${lineNumber} has no key separator ${JSON.stringify(keySeparator)}`);
    const value = line.subarray(end + separator.length);
    return { timestampMs, key: line.subarray(0, end), value, headers };
  };
}

/** The same bytes with Buffer's search for more than one byte. */
function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
