/**
 * Work that a process does from time to time while it lives: one round after another, never two at once, and none that holds up the
 * end of the process. A round that fails is said, and the next one comes in its time.
 */
import type { Clock, Telemetry } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";

type Deps = { readonly clock: Clock; readonly telemetry: Telemetry };

export type RoundsOptions = {
  /** From the start to the first round, and from the end of one to the next. */
  readonly pauseMs: number;
  /** What did not work when a round fails. */
  readonly failure: string;
};

export class Rounds {
  readonly #deps: Deps;
  readonly #options: RoundsOptions;
  readonly #work: (signal: AbortSignal) => Promise<void>;
  readonly #stopping = new AbortController();
  #cancel: () => void = () => undefined;
  #round: Promise<void> = Promise.resolve();

  /** `work` does one round, and ends it soon when the signal fires. */
  constructor(deps: Deps, options: RoundsOptions, work: (signal: AbortSignal) => Promise<void>) {
    this.#deps = deps;
    this.#options = options;
    this.#work = work;
  }

  /** The first round comes after a pause: whoever starts has better things to do. */
  start(): void {
    this.#cancel = this.#deps.clock.timer(this.#options.pauseMs, () => {
      this.#round = this.#run().finally(() => {
        if (!this.#stopping.signal.aborted) this.start();
      });
    });
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel();
    await this.#round;
  }

  async #run(): Promise<void> {
    try {
      await this.#work(this.#stopping.signal);
    } catch (error) {
      const { telemetry } = this.#deps;
      telemetry.log("warn", `${this.#options.failure}; the next round tries again`, {
        error: messageOf(error),
      });
    }
  }
}
