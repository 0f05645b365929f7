/**
 * What a process hears, it hears through its gate: answers, timers, requests. A frozen process hears it when it thaws,
 * in the order in which it came, before anything that comes later; a dead one never.
 */
import type { Scheduler } from "./scheduler.ts";

export class Gate {
  readonly #scheduler: Scheduler;
  readonly #held: (() => void)[] = [];
  #state: "open" | "frozen" | "thawing" | "closed" = "open";

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  get isFrozen(): boolean {
    return this.#state === "frozen";
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  pass(run: () => void): void {
    if (this.#state === "open") run();
    else if (this.#state !== "closed") this.#held.push(run);
  }

  freeze(): void {
    if (this.#state !== "closed") this.#state = "frozen";
  }

  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "thawing";
    this.#scheduler.after(0, () => this.#hearNext());
  }

  /** One event each, so that what follows from one has ended before the next. */
  #hearNext(): void {
    if (this.#state !== "thawing") return;
    const run = this.#held.shift();
    if (run === undefined) {
      this.#state = "open";
      return;
    }
    run();
    this.#scheduler.after(0, () => this.#hearNext());
  }

  close(): void {
    this.#state = "closed";
    this.#held.length = 0;
  }
}
