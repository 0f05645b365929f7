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

/** An entry takes up to a few hundred bytes with its names; an item holds 400 KB. */
const liveEntriesBeforeCommitMax = 256;

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

  /**
   * Before a commit: when rolls have failed for so long that the sequencer nears the size of an item, the roll comes
   * first. Resolves also when it failed again; the commit then finds out for itself.
   */
  async relieve(shard: Shard): Promise<void> {
    const image = shard.known;
    if (image === undefined || image.live.length < liveEntriesBeforeCommitMax) return;
    if (!this.#running.has(shard)) this.#start(shard, image);
    await this.#running.get(shard);
  }

  /** Everything that was started has ended. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #start(shard: Shard, image: SequencerImage): void {
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    const run = applyRoll(this.#deps, shard, image, deadlineMs)
      .catch(error => {
        this.#deps.telemetry.count("cumulog_roll_failures_total");
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
