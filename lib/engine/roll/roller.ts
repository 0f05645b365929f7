/**
 * Rolls in the background after a commit, at most one at a time per shard. A failed roll is only said: the entries stay
 * where they are and the next committer tries again.
 */
import type { SequencerImage } from "../../format/items/index.ts";
import { messageOf } from "../../std/index.ts";
import type { Shard } from "../sequencer/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { applyRoll } from "./apply.ts";
import { shouldRoll } from "./choose.ts";

export class Roller {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #running = new Map<Shard, Promise<void>>();

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Called by a committer with the image that its commit returned. */
  committed(shard: Shard, image: SequencerImage, ownOrder: number): void {
    if (shouldRoll(image, ownOrder) && !this.#running.has(shard)) this.#start(shard, image);
  }

  /** Everything that was started has ended. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #start(shard: Shard, image: SequencerImage): void {
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    const run = applyRoll(this.#deps, shard, image, deadlineMs)
      .catch(error => {
        this.#deps.telemetry.log("warn", "a roll did not finish; the next commit tries again", {
          topicId: shard.topicId,
          shard: shard.index,
          error: messageOf(error),
        });
      })
      .finally(() => this.#running.delete(shard));
    this.#running.set(shard, run);
  }
}
