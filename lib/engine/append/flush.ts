/**
 * One flush: the gathered batches become one segment, the segment is made durable, and each shard it touches commits
 * its part. Segments travel at the same time; the commits of one shard keep the order of the flushes.
 */
import { offset, type PartitionIndex } from "../../format/index.ts";
import { CumulogError, messageOf, present, Serial } from "../../std/index.ts";
import { AppendFailed, AppendOutcomeUnknown } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import { type Shard, type Shards, shardIndexOf } from "../sequencer/index.ts";
import type { EngineDeps } from "../types.ts";
import { chunkOf } from "./chunk-of.ts";
import type { Committer } from "./commit.ts";
import type { SegmentPlacer } from "./place.ts";
import type { Chunk, CommitOutcome, Pending, PlacedSegment, ShardPart } from "./types.ts";

/** Told of each committed chunk of our own, so that readers find it without asking. */
export type OwnChunkListener = (
  segment: PlacedSegment,
  part: ShardPart,
  chunk: Chunk,
  baseOffset: number,
) => void;

export class Flusher {
  readonly #deps: EngineDeps;
  readonly #shards: Shards;
  readonly #placer: SegmentPlacer;
  readonly #committer: Committer;
  readonly #onOwnChunk: OwnChunkListener;
  /** By the sequencer's key: a shard that is forgotten and met again keeps its line. */
  readonly #inOrder = new Serial<string>();

  constructor(
    deps: EngineDeps,
    shards: Shards,
    placer: SegmentPlacer,
    committer: Committer,
    onOwnChunk: OwnChunkListener,
  ) {
    this.#deps = deps;
    this.#shards = shards;
    this.#placer = placer;
    this.#committer = committer;
    this.#onOwnChunk = onOwnChunk;
  }

  /**
   * Stores and orders the batches and answers each. Never throws. Call in the order the batches came.
   * `onPlaced` is called when the segment has arrived, or will not.
   */
  async flush(pendings: readonly Pending[], onPlaced: () => void): Promise<void> {
    const parts = this.#parts(pendings);
    // The youngest batch decides: what is stored for it serves the older ones too.
    const deadlineMs = pendings.reduce((latest, pending) => Math.max(latest, pending.deadlineMs), 0);
    const placing = this.#placer.place(parts, deadlineMs).catch(asError);
    void placing.then(onPlaced);
    // The turns are taken now, in the order of the flushes, though the segments arrive in any order.
    await Promise.all(
      parts.map(part =>
        this.#inOrder.run(part.shard.key.pk, async () => {
          this.#answer(part, await this.#commitWhenPlaced(part, placing, deadlineMs));
        }),
      ),
    );
  }

  async #commitWhenPlaced(
    part: ShardPart,
    placing: Promise<PlacedSegment | CumulogError>,
    deadlineMs: DeadlineMs,
  ): Promise<CommitOutcome> {
    const [placed] = await Promise.all([placing, this.#meet(part.shard)]);
    if (placed instanceof CumulogError) return { kind: "failed", error: placed };
    if (this.#deps.clock.monotonicMs() > deadlineMs)
      return {
        kind: "failed",
        error: new AppendFailed(`the deadline passed before the turn of segment ${placed.id} came`),
      };
    return this.#committer.commit(part, placed, deadlineMs);
  }

  /** A cold process looks at the sequencer while its segment travels: the look-up after a lost answer begins there. */
  async #meet(shard: Shard): Promise<void> {
    if (shard.known === undefined) await shard.readEventually().catch(() => undefined);
  }

  #parts(pendings: readonly Pending[]): readonly ShardPart[] {
    const byShard = new Map<Shard, Map<PartitionIndex, Pending[]>>();
    for (const pending of pendings) {
      const shard = this.#shards.of(pending.topic.id, shardIndexOf(pending.topic, pending.partition));
      const chunks = byShard.get(shard) ?? new Map<PartitionIndex, Pending[]>();
      byShard.set(shard, chunks);
      const chunk = chunks.get(pending.partition);
      if (chunk) chunk.push(pending);
      else chunks.set(pending.partition, [pending]);
    }
    return [...byShard].map(([shard, chunks]) => ({
      topic: present(chunks.values().next().value?.[0], "a batch of the shard").topic,
      shard,
      chunks: [...chunks].map(([partition, ofPartition]) => chunkOf(partition, ofPartition)),
    }));
  }

  #answer(given: ShardPart, outcome: CommitOutcome): void {
    // What was left out on the way has its answer already.
    const part = outcome.kind === "committed" ? outcome.part : given;
    for (const chunk of part.chunks) {
      if (outcome.kind === "failed") {
        this.#fail(chunk, outcome.error);
        continue;
      }
      const base = outcome.baseOffsets.get(chunk.partition);
      if (base === undefined) {
        this.#fail(
          chunk,
          new AppendOutcomeUnknown(`committed in ${outcome.segment.id}, but its offsets are not known`),
        );
        continue;
      }
      this.#onOwnChunk(outcome.segment, part, chunk, base);
      this.#succeed(part, chunk, base);
    }
  }

  #succeed(part: ShardPart, chunk: Chunk, base: number): void {
    const logStartOffset = part.shard.known?.partitions.get(chunk.partition)?.start ?? 0;
    let baseOffset = base;
    for (const pending of chunk.pendings) {
      pending.answer.resolve({
        kind: "appended",
        baseOffset: offset(baseOffset),
        recordCount: pending.recordCount,
        appendTimeMs: pending.appendTimeMs,
        logStartOffset: offset(logStartOffset),
      });
      baseOffset += pending.recordCount;
    }
    const bytes = chunk.pendings.reduce((sum, pending) => sum + pending.bytes.length, 0);
    this.#deps.telemetry.count("cumulog_appended_records_total", chunk.recordCount);
    this.#deps.telemetry.count("cumulog_appended_bytes_total", bytes);
  }

  #fail(chunk: Chunk, error: CumulogError): void {
    for (const pending of chunk.pendings) pending.answer.resolve({ kind: "failed", error });
    this.#deps.telemetry.count("cumulog_append_failures_total", 1, { error: error.name });
  }
}

function asError(error: unknown): CumulogError {
  return error instanceof CumulogError ? error : new AppendFailed(messageOf(error));
}
