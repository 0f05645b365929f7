/**
 * Tells the operator what AWS refuses: clients do not hear it, and whoever only appends or reads in the background asks
 * nobody. A refusal is told at once; while it goes on, it is told once a minute, with how often it was met.
 */
import { type Clock, StoreMisconfigured, type Telemetry } from "../../ports/index.ts";

const silenceMs = 60_000;

type Told = { atMs: number; repeats: number };

export class OperatorLog {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  /** By the message: one for each call of the engine's, and each thing that can be wrong with it. */
  readonly #told = new Map<string, Told>();

  constructor(deps: { readonly clock: Clock; readonly telemetry: Telemetry }) {
    this.#clock = deps.clock;
    this.#telemetry = deps.telemetry;
  }

  /** Hears of every failure; tells those that are the operator's. Answers with the failure. */
  heard<Failure extends Error>(failure: Failure): Failure {
    if (failure instanceof StoreMisconfigured) this.#tell(failure);
    return failure;
  }

  #tell({ name, kind, message, detail }: StoreMisconfigured): void {
    const nowMs = this.#clock.monotonicMs();
    const told = this.#told.get(message);
    if (told !== undefined && nowMs - told.atMs < silenceMs) {
      told.repeats++;
      return;
    }
    this.#told.set(message, { atMs: nowMs, repeats: 0 });
    const repeats = told?.repeats ?? 0;
    this.#telemetry.log("error", "AWS refuses a call of this installation", {
      error: name,
      kind,
      message: detail,
      ...(repeats > 0 && { repeats }),
    });
  }
}
