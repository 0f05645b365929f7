/**
 * Looks after groups from time to time in a process that lives: one round after another, never two at once, and none that
 * holds up the end of the process.
 */
import type { Engine } from "../../engine/index.ts";
import type { Clock, Telemetry } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";

type Deps = { readonly engine: Engine; readonly clock: Clock; readonly telemetry: Telemetry };

/** From the end of one round to the next. */
const pauseMs = 60_000;

export class GroupUpkeep {
  readonly #deps: Deps;
  #cancel: () => void = () => undefined;
  #isStopped = false;
  #round: Promise<void> = Promise.resolve();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The first round comes after a pause: whoever starts has better things to do. */
  start(): void {
    this.#cancel = this.#deps.clock.timer(pauseMs, () => {
      this.#round = this.#expire().finally(() => {
        if (!this.#isStopped) this.start();
      });
    });
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#round;
  }

  async #expire(): Promise<void> {
    const { engine, telemetry } = this.#deps;
    try {
      const { groups, expired, removed } = await engine.groups.expire(() => !this.#isStopped);
      telemetry.gauge("cumulog_groups", groups);
      if (expired + removed > 0)
        telemetry.log("info", "groups that nobody uses are gone", { expired, removed });
    } catch (error) {
      telemetry.log("warn", "groups could not be looked after; the next round tries again", {
        error: messageOf(error),
      });
    }
  }
}
