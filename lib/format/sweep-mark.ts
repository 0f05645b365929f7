/**
 * A mark of the sweep: which objects older than a time something referred to, when it was made. What is older and not in it was
 * rubbish then. Stored as the object `sweep/mark/<table>/<time, 16 digits>`. Golden file: test/golden/sweep-mark.
 *
 *   Mark => version:u8 timeMs:varint count:varint [segmentId:12 ...] crc32c:u32      (ids in rising order)
 *
 * The crc32c is of all before it: an id that is not what was written would be an object that is deleted.
 */
import type { Codecs } from "../ports/index.ts";
import { MalformedBytes, Reader, Writer } from "../std/index.ts";
import { type SegmentId, segmentIdBytes, segmentIdFromBytes } from "./ids.ts";
import { checkVersion, encodings } from "./levels/index.ts";

/** What a sweep has seen. */
export type SweepMark = { readonly timeMs: number; readonly referenced: ReadonlySet<SegmentId> };

/** Packs a mark by the grammar above. */
export function encodeMark({ timeMs, referenced }: SweepMark, codecs: Codecs): Uint8Array {
  const writer = new Writer(12 * referenced.size + 32)
    .u8(encodings.sweepMark.written)
    .varint(timeMs)
    .varint(referenced.size);
  for (const id of [...referenced].sort()) writer.put(segmentIdBytes(id));
  const crc32c = codecs.crc32c(writer.finish());
  return writer.u32(crc32c).finish();
}

/** Unpacks a mark. Throws MalformedBytes, and FormatNewer. */
export function decodeMark(bytes: Uint8Array, codecs: Codecs): SweepMark {
  const reader = new Reader(bytes);
  const version = reader.u8();
  // Of every version: only what is whole can be of a newer one.
  const body = bytes.subarray(0, Math.max(0, bytes.length - 4));
  if (new Reader(bytes.subarray(body.length)).u32() !== codecs.crc32c(body))
    throw new MalformedBytes("a sweep mark is not what was written");
  checkVersion("sweepMark", version);
  const timeMs = reader.varint();
  const referenced = new Set<SegmentId>();
  for (let rest = reader.varint(); rest > 0; rest--) referenced.add(segmentIdFromBytes(reader.take(12)));
  reader.u32();
  reader.end("a sweep mark");
  return { timeMs, referenced };
}
