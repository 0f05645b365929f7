/**
 * Gathers batches of one partition, in order, into the blocks of a compacted object. Batches carry their true base offsets
 * already. Where offsets are left out between them their records are gone for good; offsets that could not be read are said to
 * be lost, and become a block of their own. Every block ends with its last batch, so that a reader always gets on.
 */
import { type Offset, offset, type PartitionIndex, type TopicId } from "../../format/index.ts";
import type { BlockFacts } from "../../format/items/index.ts";
import { batchOffsetsMax, buildEmptyBatch } from "../../format/record-batch/index.ts";
import type { ChunkInput } from "../../format/segment/index.ts";
import type { Codecs } from "../../ports/index.ts";
import { assert } from "../../std/index.ts";

/** What one read of a reader brings at least: the price of a request is far below that of the wait for it. */
const blockBytesTarget = 1024 * 1024;

/** A batch that has its place in the log. */
export type PlacedBatch = {
  readonly bytes: Uint8Array;
  readonly base: number;
  /** The offset after its last one. */
  readonly end: number;
  readonly recordCount: number;
  readonly maxTimestampMs: number;
};

/** Blocks from an offset on, and their bytes. */
export type BuiltBlocks = {
  readonly start: Offset;
  readonly end: Offset;
  readonly facts: readonly BlockFacts[];
  readonly inputs: readonly ChunkInput[];
  readonly bytes: number;
};

type Open = { parts: Uint8Array[]; length: number; records: number; maxTimestampMs: number; crc32c: number };

export class BlockBuilder {
  readonly #codecs: Codecs;
  readonly #place: { readonly topicId: TopicId; readonly partition: PartitionIndex };
  readonly #start: Offset;
  readonly #facts: BlockFacts[] = [];
  readonly #inputs: ChunkInput[] = [];
  /** The end of the last closed block, and of the last batch. */
  #closed: number;
  #reached: number;
  #open: Open | undefined;
  #bytes = 0;

  constructor(
    codecs: Codecs,
    place: { readonly topicId: TopicId; readonly partition: PartitionIndex },
    start: Offset,
  ) {
    this.#codecs = codecs;
    this.#place = place;
    this.#start = start;
    this.#closed = start;
    this.#reached = start;
  }

  /** The offset up to which everything is decided. */
  get reached(): number {
    return this.#reached;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a batch; offsets between it and the one before have no records any more. */
  add({ bytes, base, end, recordCount, maxTimestampMs }: PlacedBatch): void {
    assert(base >= this.#reached && end > base, () => `a batch of [${base}, ${end}) behind ${this.#reached}`);
    this.#open ??= { parts: [], length: 0, records: 0, maxTimestampMs: -1, crc32c: 0 };
    const open = this.#open;
    open.parts.push(bytes);
    open.length += bytes.length;
    open.records += recordCount;
    open.maxTimestampMs = Math.max(open.maxTimestampMs, maxTimestampMs);
    open.crc32c = this.#codecs.crc32c(bytes, open.crc32c);
    this.#bytes += bytes.length;
    this.#reached = end;
    if (open.length >= blockBytesTarget) this.#close();
  }

  /** The offsets [from, to) could not be read; those before `from` that have no batch have no records any more. */
  lose(from: number, to: number): void {
    this.#fillTo(from);
    this.#close();
    const offsetCount = to - from;
    assert(offsetCount > 0, () => `offsets [${from}, ${to}) are lost`);
    this.#facts.push({ offsetCount, recordCount: 0, length: 0, maxTimestampMs: -1, crc32c: 0, isLost: true });
    this.#reached = to;
    this.#closed = to;
  }

  /** Everything up to `end` is decided. */
  finish(end: Offset): BuiltBlocks {
    this.#fillTo(end);
    this.#close();
    assert(this.#closed === end, () => `blocks end at ${this.#closed}, not ${end}`);
    return { start: this.#start, end, facts: this.#facts, inputs: this.#inputs, bytes: this.#bytes };
  }

  #fillTo(end: number): void {
    while (this.#reached < end) {
      const [base, upTo] = [this.#reached, Math.min(end, this.#reached + batchOffsetsMax)];
      const bytes = buildEmptyBatch(base, upTo, this.#codecs);
      this.add({ bytes, base, end: upTo, recordCount: 0, maxTimestampMs: -1 });
    }
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { parts, length, records, maxTimestampMs, crc32c } = this.#open;
    const offsetCount = offset(this.#reached) - this.#closed;
    this.#facts.push({ offsetCount, recordCount: records, length, maxTimestampMs, crc32c, isLost: false });
    this.#inputs.push({ ...this.#place, parts, count: offsetCount, crc32c });
    this.#closed = this.#reached;
    this.#open = undefined;
  }
}
