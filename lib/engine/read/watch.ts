/**
 * Waiting for news of shards. One watcher per shard, alive only while someone waits: it looks at the sequencer every
 * 25 ms at first, less and less often up to 500 ms while nothing happens. Commits of this process wake at once.
 */
import type { Clock } from "../../ports/index.ts";
import type { Shard } from "../sequencer/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";

type Watcher = { waiters: number; cancelTimer: () => void };

export class Watch {
  readonly #clock: Clock;
  readonly #options: EngineOptions;
  readonly #watchers = new Map<Shard, Watcher>();

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#clock = deps.clock;
    this.#options = options;
  }

  /** Resolves at the first news of any of the shards, at the deadline, or when the signal fires. */
  async wait(shards: readonly Shard[], deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stops = shards.map(shard => {
      const stopListening = shard.onNews(resolve);
      const stopWatching = this.#join(shard);
      return () => {
        stopListening();
        stopWatching();
      };
    });
    stops.push(this.#clock.timer(Math.max(0, deadlineMs - this.#clock.monotonicMs()), resolve));
    const onAbort = (): void => resolve();
    signal?.addEventListener("abort", onAbort);
    stops.push(() => signal?.removeEventListener("abort", onAbort));
    if (signal?.aborted) resolve();
    await promise;
    for (const stop of stops) stop();
  }

  #join(shard: Shard): () => void {
    const watcher = this.#watchers.get(shard) ?? this.#start(shard);
    watcher.waiters++;
    return () => {
      watcher.waiters--;
      if (watcher.waiters > 0) return;
      watcher.cancelTimer();
      this.#watchers.delete(shard);
    };
  }

  #start(shard: Shard): Watcher {
    const watcher: Watcher = { waiters: 0, cancelTimer: () => undefined };
    this.#watchers.set(shard, watcher);
    this.#lookAfter(shard, watcher, this.#options.watchPauseMs);
    return watcher;
  }

  #lookAfter(shard: Shard, watcher: Watcher, pauseMs: number): void {
    watcher.cancelTimer = this.#clock.timer(pauseMs, () => {
      const before = shard.known;
      // A failed look is not news: the next one comes.
      void shard
        .readEventually()
        .catch(() => undefined)
        .then(() => {
          if (watcher.waiters === 0) return;
          const isQuiet = shard.known?.commits === before?.commits;
          const next = isQuiet
            ? Math.min(pauseMs * 2, this.#options.watchPauseMsMax)
            : this.#options.watchPauseMs;
          this.#lookAfter(shard, watcher, next);
        });
    });
  }
}
