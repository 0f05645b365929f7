/**
 * An entry: what one segment adds to the partitions of one shard, packed into one attribute of the sequencer.
 * Golden file: test/golden/entry.
 *
 *   Entry => version:u8 tier:u8 chunkCount:varint Chunk*
 *   Chunk => partition:varint Facts
 *   Facts => position:varint length:varint count:varint maxTimestamp:zigzag flags:u8 runCount:varint Run*
 *   Run   => producerId:varint producerEpoch:varint firstSequence:varint count:varint offsetDelta:varint
 *
 * A run is contiguous in offsets and in sequences; offsetDelta is from the first offset of the chunk. No base offset
 * is stored: it is what the sequencer said when it took the entry.
 */
import { assert, MalformedBytes, Reader, Writer } from "../../std/index.ts";
import { type PartitionIndex, storedPartition } from "../ids.ts";
import { checkVersion, encodings } from "../levels/index.ts";

/** Where the bytes of a segment lie. */
export type Tier = "item" | "object";
/** stored: never change or reuse. */
const tierNumbers: Readonly<Record<Tier, number>> = { item: 1, object: 2 };

/** stored: never change or reuse. Bits of `flags`. */
export const chunkFlags = { control: 1, transactional: 2 } as const;

/** Batches of one idempotent producer, contiguous in both offsets and sequences. */
export type ProducerRun = {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly count: number;
  readonly offsetDelta: number;
};

/** What an entry says of its chunk for one partition. */
export type ChunkFacts = {
  readonly position: number;
  readonly length: number;
  /** Records, and so offsets, that it takes. */
  readonly count: number;
  /** The largest record timestamp in it, ms; -1 when none has one. */
  readonly maxTimestampMs: number;
  readonly flags: number;
  readonly runs: readonly ProducerRun[];
};

export type EntryChunk = ChunkFacts & { readonly partition: PartitionIndex };
export type Entry = { readonly tier: Tier; readonly chunks: readonly EntryChunk[] };

/** Packs an entry by the grammar above. */
export function encodeEntry(entry: Entry): Uint8Array {
  const writer = new Writer(24 * entry.chunks.length + 8)
    .u8(encodings.entry.written)
    .u8(tierNumbers[entry.tier])
    .varint(entry.chunks.length);
  for (const chunk of entry.chunks) writeChunkFacts(writer.varint(chunk.partition), chunk);
  return writer.finish();
}

/** Unpacks an entry. Throws MalformedBytes, and FormatNewer. */
export function decodeEntry(bytes: Uint8Array): Entry {
  const reader = new Reader(bytes);
  checkVersion("entry", reader.u8());
  const tier = readTier(reader);
  const chunks: EntryChunk[] = [];
  for (let rest = reader.varint(); rest > 0; rest--)
    chunks.push({ partition: storedPartition(reader.varint()), ...readChunkFacts(reader) });
  reader.end("an entry");
  return { tier, chunks };
}

/** Writes the number of a tier. */
export function writeTier(writer: Writer, tier: Tier): Writer {
  return writer.u8(tierNumbers[tier]);
}

/** Reads a tier. Throws MalformedBytes for a number that is not known. */
export function readTier(reader: Reader): Tier {
  const number = reader.u8();
  if (number === tierNumbers.item) return "item";
  if (number === tierNumbers.object) return "object";
  throw new MalformedBytes(`tier ${number} is not known`);
}

/** Writes the Facts of the grammar above. */
export function writeChunkFacts(writer: Writer, chunk: ChunkFacts): Writer {
  assert(chunk.count > 0, "a chunk takes at least one offset");
  writer
    .varint(chunk.position)
    .varint(chunk.length)
    .varint(chunk.count)
    .zigzag(chunk.maxTimestampMs)
    .u8(chunk.flags)
    .varint(chunk.runs.length);
  for (const run of chunk.runs)
    writer
      .varint(run.producerId)
      .varint(run.producerEpoch)
      .varint(run.firstSequence)
      .varint(run.count)
      .varint(run.offsetDelta);
  return writer;
}

/** Reads the Facts of the grammar above. Throws MalformedBytes. */
export function readChunkFacts(reader: Reader): ChunkFacts {
  const position = reader.varint();
  const length = reader.varint();
  const count = reader.varint();
  if (count === 0) throw new MalformedBytes("a chunk of no records");
  const maxTimestampMs = reader.zigzag();
  const flags = reader.u8();
  const runs: ProducerRun[] = [];
  for (let rest = reader.varint(); rest > 0; rest--)
    runs.push({
      producerId: reader.varint(),
      producerEpoch: reader.varint(),
      firstSequence: reader.varint(),
      count: reader.varint(),
      offsetDelta: reader.varint(),
    });
  return { position, length, count, maxTimestampMs, flags, runs };
}
