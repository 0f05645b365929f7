/**
 * Tells once that the server is away, or too busy, and once that it is back, however many partitions notice.
 */
import { messageOf } from "../lib/std/index.ts";
import { AnswerLost, ServerRefused, ServerUnreachable } from "./errors.ts";

/** Statuses of a server that is stopping, starting, busy, or behind a proxy that finds it so. */
const passingStatuses = new Set([429, 502, 503, 504]);

export class Outage {
  readonly #tell: (text: string) => void;
  #isTold = false;

  constructor(deps: { readonly tell: (text: string) => void }) {
    this.#tell = deps.tell;
  }

  /** A call failed in a way that passes. */
  begin(error: unknown): void {
    if (!this.#isTold) this.#tell(`${messageOf(error)}; trying again`);
    this.#isTold = true;
  }

  /** A call succeeded. */
  end(): void {
    if (this.#isTold) this.#tell("the server answers again");
    this.#isTold = false;
  }
}

/** Whether the same read may succeed later. Reading twice does no harm. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof ServerUnreachable ||
    error instanceof AnswerLost ||
    (error instanceof ServerRefused && passingStatuses.has(error.status))
  );
}
