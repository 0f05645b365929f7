/**
 * The upkeep of the log in a process that lives: round after round, never two at once, and never more than a share of the time, so
 * that those who read and write hardly notice. Nothing of it holds up the end of the process.
 */
import type { BudgetLimits, Engine } from "../../engine/index.ts";
import { type Clock, sleep, type Telemetry } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";

type Deps = { readonly engine: Engine; readonly clock: Clock; readonly telemetry: Telemetry };

/** Of the time that passes, at work for the log itself: a turn is followed by four times as long a rest. */
const timeShare = 0.2;
/** One turn reads and writes so much, then others have theirs: at most one object is in memory. */
const limits: BudgetLimits = {
  bytesMax: 128 * 1024 * 1024,
  callsMax: 10_000,
  timeMsMax: 5_000,
  callMsMax: 10_000,
};

export class LogUpkeep {
  readonly #deps: Deps;
  readonly #pauseMs: number;
  readonly #stopping = new AbortController();
  #cancel: () => void = () => undefined;
  #round: Promise<void> = Promise.resolve();

  /** `pauseMs`: from the end of one round to the next. */
  constructor(deps: Deps, { pauseMs }: { readonly pauseMs: number }) {
    this.#deps = deps;
    this.#pauseMs = pauseMs;
  }

  /** The first round comes after a pause: whoever starts has better things to do. */
  start(): void {
    this.#cancel = this.#deps.clock.timer(this.#pauseMs, () => {
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
    const { engine, clock, telemetry } = this.#deps;
    const { signal } = this.#stopping;
    const rest = async (turnMs: number): Promise<void> => {
      if (!signal.aborted) await sleep(clock, turnMs * (1 / timeShare - 1));
    };
    try {
      const { failures: _, ...report } = await engine.upkeep.round({ limits, rest, signal });
      if (report.objects + report.merges > 0) telemetry.log("info", "the log was looked after", report);
    } catch (error) {
      telemetry.log("warn", "the log could not be looked after; the next round tries again", {
        error: messageOf(error),
      });
    }
  }
}
