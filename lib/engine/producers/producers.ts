/**
 * The folds of this process: brought forward with every image that a commit returns, read anew where they are cold, and
 * written as snapshots so that a cold one is near. Called in the turn of a shard: nothing here runs twice at once for one.
 */
import { LRUCache } from "lru-cache";
import { type Offset, offset, type PartitionIndex } from "../../format/index.ts";
import { producersItem, producersKey, readProducers, type SequencerImage } from "../../format/items/index.ts";
import { assert, messageOf } from "../../std/index.ts";
import { OutOfOrderSequence, ReadFailed, UnknownProducer } from "../errors.ts";
import type { Call } from "../pages/index.ts";
import { type DeadlineMs, isPassing, repeating } from "../retry.ts";
import type { Shard } from "../sequencer/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { Fold } from "./fold.ts";
import { loadFold, takeLive } from "./load.ts";
import { type ChunkPlan, type LeftOut, type PlannedBatch, planChunk } from "./plan.ts";
import { sequenceBefore } from "./sequences.ts";
import { nextSequence } from "./state.ts";

/** Partitions whose producers are kept in memory: the others cost a read when they come again. */
const foldsMax = 10_000;

/** A chunk decided: where its partition has to end for that to hold. */
export type DecidedChunk<Batch> = ChunkPlan<Batch> & { readonly expected: Offset };

/** A producer that a partition remembers. */
export type DescribedProducer = {
  readonly producerId: number;
  readonly epoch: number;
  readonly lastSequence: number;
  /** The log's time at its last entry, ms. */
  readonly lastTimeMs: number;
};

export class Producers {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #folds = new LRUCache<string, Fold>({ max: foldsMax });
  readonly #writing = new Set<Promise<void>>();

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Decides the batches for one partition, as of the newest image known. Throws ReadFailed. */
  async decide<Batch extends PlannedBatch>(
    shard: Shard,
    partition: PartitionIndex,
    batches: readonly Batch[],
    deadlineMs: DeadlineMs,
  ): Promise<DecidedChunk<Batch>> {
    const fold = await this.#current(shard, partition, deadlineMs).catch(asReadFailed);
    // Pages may tell more than the image: what is answered from them must be known to this process's readers too.
    if (fold.at > (shard.known?.partitions.get(partition)?.next ?? 0))
      await this.#look(shard, deadlineMs).catch(asReadFailed);
    const plan = planChunk(fold, batches);
    if (!plan.leftOut.some(isPerhapsOld)) return { ...plan, expected: offset(fold.at) };
    // Another process may have appended what seems to be missing: that is said only from a strong look.
    await this.#look(shard, deadlineMs).catch(asReadFailed);
    const now = await this.#current(shard, partition, deadlineMs).catch(asReadFailed);
    return { ...planChunk(now, batches), expected: offset(now.at) };
  }

  /** What the partition remembers, as of now. Throws ReadFailed. */
  async describe(
    shard: Shard,
    partition: PartitionIndex,
    deadlineMs: DeadlineMs,
  ): Promise<readonly DescribedProducer[]> {
    const image = await this.#look(shard, deadlineMs).catch(asReadFailed);
    // A copy: the fold itself moves in the turns of the shard alone.
    const warm = this.#folds.peek(keyOf(shard, partition));
    const copy = warm && new Fold(warm.snapshot());
    const fold = await loadFold(this.#deps, shard, image, partition, copy, deadlineMs).catch(asReadFailed);
    return [...fold.snapshot().producers].map(([producerId, state]) => ({
      producerId,
      epoch: state.epoch,
      lastSequence: sequenceBefore(nextSequence(state)),
      lastTimeMs: state.lastTimeMs,
    }));
  }

  /** Makes sure that a snapshot at `at` or beyond is stored: the pages below are not needed to know the producers any more. */
  async snapshotUpTo(shard: Shard, partition: PartitionIndex, at: Offset, call: Call): Promise<void> {
    const { items } = this.#deps;
    const stored = await call(() => items.get(producersKey(shard.topicId, partition), { consistent: true }));
    if (stored !== undefined && readProducers(stored).at >= at) return;
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    const image = await this.#look(shard, deadlineMs).catch(asReadFailed);
    const fold = await loadFold(this.#deps, shard, image, partition, undefined, deadlineMs);
    assert(fold.at >= at, () => `a fold up to ${fold.at}, not ${at}`);
    await this.#writeSnapshot(shard, partition, fold);
  }

  /** Takes what a commit returned. */
  follow(shard: Shard, image: SequencerImage): void {
    for (const partition of image.partitions.keys()) {
      const fold = this.#folds.peek(keyOf(shard, partition));
      if (fold && takeLive(fold, image, partition)) this.#writeSnapshotIfDue(shard, partition, fold);
    }
  }

  /** Every snapshot that was begun has ended. */
  async settle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  async #current(shard: Shard, partition: PartitionIndex, deadlineMs: DeadlineMs): Promise<Fold> {
    const key = keyOf(shard, partition);
    const image = shard.known ?? (await this.#look(shard, deadlineMs));
    const warm = this.#folds.get(key);
    if (warm && takeLive(warm, image, partition)) return warm;
    const fold = await loadFold(this.#deps, shard, image, partition, warm, deadlineMs);
    this.#folds.set(key, fold);
    this.#writeSnapshotIfDue(shard, partition, fold);
    return fold;
  }

  async #look(shard: Shard, deadlineMs: DeadlineMs): Promise<SequencerImage> {
    const image = await repeating(this.#deps, deadlineMs, () => shard.readStrongly());
    if (!image) throw new ReadFailed(`the sequencer ${shard.key.pk} is not there`);
    return image;
  }

  #writeSnapshotIfDue(shard: Shard, partition: PartitionIndex, fold: Fold): void {
    if (fold.entriesSinceSnapshot < this.#options.producerSnapshotEntries) return;
    fold.snapshotWritten();
    const run = this.#writeSnapshot(shard, partition, fold).catch(error => {
      this.#deps.telemetry.count("cumulog_producer_snapshot_failures_total");
      this.#deps.telemetry.log(
        "warn",
        "a snapshot of producers was not written; the next one comes in its time",
        {
          topicId: shard.topicId,
          partition,
          error: messageOf(error),
        },
      );
    });
    this.#writing.add(run);
    void run.finally(() => this.#writing.delete(run));
  }

  async #writeSnapshot(shard: Shard, partition: PartitionIndex, fold: Fold): Promise<void> {
    const { at, newestMs, producers } = fold.snapshot();
    const stored = {
      at,
      newestMs,
      producers: [...producers].map(([producerId, state]) => ({ producerId, ...state })),
    };
    const { item, condition } = producersItem(shard.topicId, partition, stored);
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    // Refused: somebody's newer one is there.
    await repeating(this.#deps, deadlineMs, () => this.#deps.items.put(item, condition));
  }
}

/** A refusal that a later entry of the log could take back. What is there, is old or is fenced stays so. */
function isPerhapsOld({ decision }: LeftOut<PlannedBatch>): boolean {
  return (
    decision.kind === "refuse" &&
    (decision.error instanceof OutOfOrderSequence || decision.error instanceof UnknownProducer)
  );
}

/** Nothing was sent yet: a store that does not answer a read leaves no doubt about the append. */
function asReadFailed(error: unknown): never {
  throw isPassing(error) ? new ReadFailed(`the producers could not be read: ${messageOf(error)}`) : error;
}

function keyOf(shard: Shard, partition: PartitionIndex): string {
  return `${shard.topicId}#${partition}`;
}
