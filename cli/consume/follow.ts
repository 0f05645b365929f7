/**
 * Reads partitions from an offset on, each in its own order and all at the same time, until it is told to stop. While a
 * piece is printed, the next one is fetched already: one of each a partition, so memory stays bounded.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { BatchRecord } from "../../lib/format/record-batch/index.ts";
import type { Codecs } from "../../lib/ports/index.ts";
import { Semaphore } from "../../lib/std/index.ts";
import type { Endpoints, Fetched } from "../endpoints.ts";
import { isPassing, type Outage } from "../outage.ts";
import { recordsFrom } from "./decode.ts";

export type FollowDeps = {
  readonly endpoints: Endpoints;
  readonly codecs: Codecs;
  readonly outage: Outage;
  readonly deliver: (partition: number, records: readonly BatchRecord[]) => Promise<void>;
};

export type Start = { readonly partition: number; readonly offset: number };

/** Fetches at once; a waiting one holds a connection. */
export const fetchesMax = 64;
const fetchBytesMax = 1024 * 1024;
/** How long the server may wait for records. With more partitions than connections they take turns, quickly. */
const waitMs = { alone: 20_000, inTurns: 250 } as const;
const pauseMs = { first: 100, max: 2_000 } as const;

export class Follower {
  readonly #deps: FollowDeps;
  readonly #topic: string;
  readonly #turns = new Semaphore(fetchesMax);

  constructor(deps: FollowDeps, options: { readonly topic: string }) {
    this.#deps = deps;
    this.#topic = options.topic;
  }

  /** Resolves when `stop` was aborted and nothing is under way. Throws what does not pass by itself. */
  async follow(starts: readonly Start[], stop: AbortController): Promise<void> {
    const maxWaitMs = starts.length <= fetchesMax ? waitMs.alone : waitMs.inTurns;
    const partitions = starts.map(start => this.#followOne(start, maxWaitMs, stop.signal));
    // The first that fails ends all; the others are only waited for.
    for (const partition of partitions) partition.catch(() => stop.abort());
    const results = await Promise.allSettled(partitions);
    const failed = results.find(result => result.status === "rejected");
    if (failed) throw failed.reason;
  }

  async #followOne({ partition, offset }: Start, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    try {
      let from = offset;
      let fetching = this.#fetch(partition, from, maxWaitMs, signal);
      while (!signal.aborted) {
        const { batches, nextOffset } = await fetching;
        const records = await recordsFrom(from, batches, this.#deps.codecs);
        from = nextOffset;
        fetching = this.#fetch(partition, from, maxWaitMs, signal);
        // If printing fails, nobody waits for this any more.
        fetching.catch(() => undefined);
        if (records.length > 0) await this.#deps.deliver(partition, records);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #fetch(partition: number, offset: number, maxWaitMs: number, signal: AbortSignal): Promise<Fetched> {
    const { endpoints, outage } = this.#deps;
    const options = { bytesMax: fetchBytesMax, waitMs: maxWaitMs, signal };
    for (let pause: number = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.max)) {
      await this.#turns.take(1).taken;
      const during = outage.current;
      try {
        const fetched = await endpoints.fetch(this.#topic, partition, offset, options);
        outage.end(during);
        return fetched;
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        outage.begin(during, error);
      } finally {
        this.#turns.give(1);
      }
      await wait(pause, undefined, { signal });
    }
  }
}
