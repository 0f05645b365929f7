/**
 * Tells once that the server is away, or too busy, and once that it is back, however many partitions notice.
 */
import { messageOf } from "../lib/std/index.ts";
import { AnswerLost, ServerRefused, ServerUnreachable } from "./errors.ts";

/** Statuses of a server that is stopping, starting, busy, or behind a proxy that finds it so. */
const passingStatuses = new Set([429, 502, 503, 504]);

export class Outage {
  readonly #tell: (text: string) => void;
  /** Which outage this is; between two of them none. */
  #current: number | undefined;
  #count = 0;

  constructor(deps: { readonly tell: (text: string) => void }) {
    this.#tell = deps.tell;
  }

  /** Look at it before a call, and give it to `begin` or `end` after that: calls overtake one another. */
  get current(): number | undefined {
    return this.#current;
  }

  /** A call failed in a way that passes. One begun in an outage that is over says nothing of now. */
  begin(outage: number | undefined, error: unknown): void {
    if (this.#current !== undefined || outage !== undefined) return;
    this.#tell(`${messageOf(error)}; trying again`);
    this.#current = ++this.#count;
  }

  /** A call succeeded. One begun before the outage says nothing: a stopping server answers it, too. */
  end(outage: number | undefined): void {
    if (outage === undefined || outage !== this.#current) return;
    this.#tell("the server answers again");
    this.#current = undefined;
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
