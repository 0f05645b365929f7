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

/** An item holds 400 KiB: past this a commit waits for a roll. */
const liveBytesBeforeCommitMax = 256 * 1024;

export class Roller {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  /** By the key of the sequencer. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Called by a committer with the image that its commit returned. */
  committed(shard: Shard, image: SequencerImage, ownOrder: number): void {
    if (shouldRoll(image, ownOrder) && !this.#running.has(shard.key.pk)) this.#start(shard, image);
  }

  /**
   * Before a commit: when rolls have failed for so long that the sequencer nears the size of an item, the roll comes
   * first. Says whether there is room.
   */
  async relieve(shard: Shard): Promise<boolean> {
    if (!isNearlyFull(shard)) return true;
    if (!this.#running.has(shard.key.pk) && shard.known) this.#start(shard, shard.known);
    await this.#running.get(shard.key.pk);
    return !isNearlyFull(shard);
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
      .finally(() => this.#running.delete(shard.key.pk));
    this.#running.set(shard.key.pk, run);
  }
}

function isNearlyFull(shard: Shard): boolean {
  return shard.known !== undefined && shard.known.liveBytes > liveBytesBeforeCommitMax;
}
