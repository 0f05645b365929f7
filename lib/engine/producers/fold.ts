/**
 * The producers of one partition, computed from its entries: exactly those below `at`. A producer is forgotten when the log
 * went on by more than a day since it wrote last. The log's time at an entry is the newest segment time up to it: every
 * process forgets at the same offset, and whatever dates a segment long ago (a slow clock, a process frozen before its
 * commit) does not make what it holds forgotten at once.
 */
import type { ProducerRun } from "../../format/items/index.ts";
import { assert } from "../../std/index.ts";
import { advance, type ProducerState } from "./state.ts";

/** Kafka's producer.id.expiration.ms. */
export const expiryMs = 86_400_000;

/** What one entry adds to a partition. */
export type FoldedEntry = {
  readonly base: number;
  readonly count: number;
  readonly timeMs: number;
  readonly runs: readonly ProducerRun[];
};

/** What a snapshot keeps of a fold. */
export type FoldSnapshot = {
  readonly at: number;
  readonly newestMs: number;
  readonly producers: ReadonlyMap<number, ProducerState>;
};

export class Fold {
  readonly #producers: Map<number, ProducerState>;
  #at: number;
  #newestMs: number;
  #entriesSinceSnapshot = 0;

  constructor(from: FoldSnapshot = { at: 0, newestMs: 0, producers: new Map() }) {
    this.#producers = new Map(from.producers);
    this.#at = from.at;
    this.#newestMs = from.newestMs;
  }

  /** The offset after the last entry folded. */
  get at(): number {
    return this.#at;
  }

  /** Entries folded since the snapshot that this began with, or that was written last. */
  get entriesSinceSnapshot(): number {
    return this.#entriesSinceSnapshot;
  }

  get producerCount(): number {
    return this.#producers.size;
  }

  /** What is remembered of a producer. */
  stateOf(producerId: number): ProducerState | undefined {
    const state = this.#producers.get(producerId);
    return state !== undefined && this.#newestMs - state.lastTimeMs > expiryMs ? undefined : state;
  }

  /** Takes the entry at `at`; one that lies below it is known already. Says whether it was contiguous. */
  take(entry: FoldedEntry): boolean {
    const end = entry.base + entry.count;
    if (end <= this.#at) return true;
    if (entry.base !== this.#at) {
      assert(entry.base > this.#at, () => `an entry of [${entry.base}, ${end}) straddles ${this.#at}`);
      return false;
    }
    const timeMs = Math.max(this.#newestMs, entry.timeMs);
    for (const run of entry.runs) {
      const state = advance(this.stateOf(run.producerId), run, entry.base + run.offsetDelta, timeMs);
      this.#producers.set(run.producerId, state);
    }
    this.#at = end;
    this.#newestMs = timeMs;
    this.#entriesSinceSnapshot++;
    return true;
  }

  /** The fold as it is now, without those that are forgotten. */
  snapshot(): FoldSnapshot {
    for (const id of this.#producers.keys()) if (!this.stateOf(id)) this.#producers.delete(id);
    return { at: this.#at, newestMs: this.#newestMs, producers: new Map(this.#producers) };
  }

  /** A snapshot of it was written. */
  snapshotWritten(): void {
    this.#entriesSinceSnapshot = 0;
  }
}
