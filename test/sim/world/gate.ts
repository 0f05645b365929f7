/**
 * What a process hears, it hears through its gate: answers, timers, requests. A frozen process hears it when it thaws,
 * in the order in which it came; a dead one never.
 */
import type { Scheduler } from "./scheduler.ts";

export class Gate {
  readonly #scheduler: Scheduler;
  readonly #held: (() => void)[] = [];
  #state: "open" | "frozen" | "closed" = "open";

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
    else if (this.#state === "frozen") this.#held.push(run);
  }

  freeze(): void {
    if (this.#state === "open") this.#state = "frozen";
  }

  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "open";
    // One event each, so that what follows from one has ended before the next.
    for (const run of this.#held.splice(0)) this.#scheduler.after(0, () => this.pass(run));
  }

  close(): void {
    this.#state = "closed";
    this.#held.length = 0;
  }
}
