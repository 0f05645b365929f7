/**
 * A segment: the chunks of several partitions in one immutable object, framed so that it can be checked and
 * explained on its own. Positions are from the start of the object. Golden file: test/golden/segment.
 *
 *   Segment => magic:"CUML" version:u8 segmentId:12 chunk* Footer footerLength:u32 magic:"CUML"
 *   Footer  => version:u8 chunkCount:varint [topicId:16 partition:varint position:varint length:varint
 *              count:varint crc32c:u32 ...]
 *
 * The crc32c is of the chunk as stored. Base offsets in a chunk are not true: they are given at commit and patched
 * in when a chunk is read.
 */
import type { Codecs } from "../../ports/index.ts";
import { CumulogError, concat, Reader, utf8, Writer } from "../../std/index.ts";
import {
  type PartitionIndex,
  type SegmentId,
  segmentIdBytes,
  segmentIdFromBytes,
  storedPartition,
  type TopicId,
  topicIdBytes,
  topicIdFromBytes,
} from "../ids.ts";
import { checkVersion, encodings, located } from "../levels/index.ts";

const magic = utf8("CUML");
/** Before the first chunk. stored: never change. */
export const segmentHeaderBytes = magic.length + 1 + 12;
const trailerBytes = 4 + magic.length;

/** What a segment holds for one partition, before it is framed. */
export type ChunkInput = {
  readonly topicId: TopicId;
  readonly partition: PartitionIndex;
  /** Record batches back to back. */
  readonly parts: readonly Uint8Array[];
  /** Records in all of them. */
  readonly count: number;
  /** Checksum of all parts, where somebody has made it already. */
  readonly crc32c?: number;
};

/** Where a chunk lies in its segment. */
export type ChunkInfo = {
  readonly topicId: TopicId;
  readonly partition: PartitionIndex;
  readonly position: number;
  readonly length: number;
  readonly count: number;
  readonly crc32c: number;
};

/** A framed segment, ready to be put: `parts` back to back are its bytes. */
export type EncodedSegment = {
  readonly parts: readonly Uint8Array[];
  readonly sizeBytes: number;
  readonly chunks: readonly ChunkInfo[];
};

/** The bytes of a segment are not what was written. */
export class SegmentCorrupt extends CumulogError {
  override readonly name = "SegmentCorrupt";
  readonly kind = "corrupt";
}

/** Frames the chunks, in the order given, without copying their bytes. */
export function encodeSegment(id: SegmentId, inputs: readonly ChunkInput[], codecs: Codecs): EncodedSegment {
  const header = new Writer(segmentHeaderBytes)
    .put(magic)
    .u8(encodings.segment.written)
    .put(segmentIdBytes(id))
    .finish();
  const parts: Uint8Array[] = [header];
  const chunks: ChunkInfo[] = [];
  let position = segmentHeaderBytes;
  for (const input of inputs) {
    const crc32c = input.crc32c ?? input.parts.reduce((sum, part) => codecs.crc32c(part, sum), 0);
    let length = 0;
    for (const part of input.parts) {
      length += part.length;
      parts.push(part);
    }
    chunks.push({
      topicId: input.topicId,
      partition: input.partition,
      position,
      length,
      count: input.count,
      crc32c,
    });
    position += length;
  }
  const footer = encodeFooter(chunks);
  parts.push(footer);
  return { parts, sizeBytes: position + footer.length, chunks };
}

function encodeFooter(chunks: readonly ChunkInfo[]): Uint8Array {
  const writer = new Writer(16 + chunks.length * 36).u8(encodings.segment.written).varint(chunks.length);
  for (const chunk of chunks)
    writer
      .put(topicIdBytes(chunk.topicId))
      .varint(chunk.partition)
      .varint(chunk.position)
      .varint(chunk.length)
      .varint(chunk.count)
      .u32(chunk.crc32c);
  return writer.u32(writer.length).put(magic).finish();
}

/** Reads the frame of a whole segment and checks every chunk. Throws SegmentCorrupt, MalformedBytes or FormatNewer. */
export function decodeSegment(
  bytes: Uint8Array,
  codecs: Codecs,
): { readonly id: SegmentId; readonly chunks: readonly ChunkInfo[] } {
  const id = decodeHeader(bytes);
  const chunks = decodeFooter(bytes);
  for (const chunk of chunks) {
    const crc32c = codecs.crc32c(bytes.subarray(chunk.position, chunk.position + chunk.length));
    if (crc32c !== chunk.crc32c)
      throw new SegmentCorrupt(
        `segment ${id}: chunk of partition ${chunk.partition} at ${chunk.position} has crc32c ${crc32c}, not ${chunk.crc32c}`,
      );
  }
  return { id, chunks };
}

function decodeHeader(bytes: Uint8Array): SegmentId {
  const reader = new Reader(bytes);
  if (Buffer.compare(reader.take(magic.length), magic) !== 0)
    throw new SegmentCorrupt("no segment: wrong magic");
  const version = reader.u8();
  const id = segmentIdFromBytes(reader.take(12));
  located(
    () => `segment ${id}`,
    () => checkVersion("segment", version),
  );
  return id;
}

function decodeFooter(bytes: Uint8Array): readonly ChunkInfo[] {
  if (bytes.length < segmentHeaderBytes + trailerBytes)
    throw new SegmentCorrupt(`a segment of ${bytes.length} bytes`);
  const trailer = new Reader(bytes.subarray(bytes.length - trailerBytes));
  const footerBytes = trailer.u32();
  if (Buffer.compare(trailer.take(magic.length), magic) !== 0)
    throw new SegmentCorrupt(`a segment of ${bytes.length} bytes ends without its magic: truncated`);
  const footerAt = bytes.length - trailerBytes - footerBytes;
  if (footerAt < segmentHeaderBytes)
    throw new SegmentCorrupt(`a footer of ${footerBytes} bytes in ${bytes.length}`);
  const reader = new Reader(bytes.subarray(footerAt, footerAt + footerBytes));
  checkVersion("segment", reader.u8());
  const count = reader.varint();
  const chunks: ChunkInfo[] = [];
  let position = segmentHeaderBytes;
  for (let i = 0; i < count; i++) {
    const chunk: ChunkInfo = {
      topicId: topicIdFromBytes(reader.take(16)),
      partition: storedPartition(reader.varint()),
      position: reader.varint(),
      length: reader.varint(),
      count: reader.varint(),
      crc32c: reader.u32(),
    };
    if (chunk.position !== position || position + chunk.length > footerAt)
      throw new SegmentCorrupt(
        `chunk ${i} at ${chunk.position} of ${chunk.length} bytes, expected at ${position}`,
      );
    position += chunk.length;
    chunks.push(chunk);
  }
  reader.end("the segment footer");
  return chunks;
}

/** The bytes of an encoded segment as one array. */
export function segmentBytes(segment: EncodedSegment): Uint8Array {
  return concat(segment.parts);
}
