/**
 * A mark of the sweep: which objects older than a time something referred to, when it was made. What is older and not in it was
 * rubbish then. Stored as the object `sweep/mark/<time, 16 digits>`. Golden file: test/golden/sweep-mark.
 *
 *   Mark => version:u8 timeMs:varint count:varint [segmentId:12 ...]      (ids in rising order)
 */
import { MalformedBytes, Reader, Writer } from "../std/index.ts";
import { type SegmentId, segmentIdBytes, segmentIdFromBytes } from "./ids.ts";

/** stored: never change or reuse. */
const markVersion = 1;

/** What a sweep has seen. */
export type SweepMark = { readonly timeMs: number; readonly referenced: ReadonlySet<SegmentId> };

/** Packs a mark by the grammar above. */
export function encodeMark({ timeMs, referenced }: SweepMark): Uint8Array {
  const writer = new Writer(12 * referenced.size + 32).u8(markVersion).varint(timeMs).varint(referenced.size);
  for (const id of [...referenced].sort()) writer.put(segmentIdBytes(id));
  return writer.finish();
}

/** Unpacks a mark. Throws MalformedBytes. */
export function decodeMark(bytes: Uint8Array): SweepMark {
  const reader = new Reader(bytes);
  const version = reader.u8();
  if (version !== markVersion) throw new MalformedBytes(`sweep mark version ${version} is not known`);
  const timeMs = reader.varint();
  const referenced = new Set<SegmentId>();
  for (let rest = reader.varint(); rest > 0; rest--) referenced.add(segmentIdFromBytes(reader.take(12)));
  reader.end("a sweep mark");
  return { timeMs, referenced };
}
