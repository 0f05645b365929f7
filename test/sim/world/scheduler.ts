/**
 * One thread of virtual time. Whatever waits, waits here; one event at a time is run, and everything that follows from
 * it at once (its microtasks) has ended before the next. No event ever waits for the machine.
 */
import { assert, Deferred } from "../../../lib/std/index.ts";

type Event = { readonly at: number; readonly order: number; readonly run: () => void; isCancelled: boolean };

/** Keeps the event that is due first on top: a binary heap. */
class EventHeap {
  readonly #events: Event[] = [];

  get first(): Event | undefined {
    return this.#events[0];
  }

  push(event: Event): void {
    const events = this.#events;
    let at = events.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || first === last) return first;
    events[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = left + 1 < events.length && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (child >= events.length || !this.#isBefore(child, at)) return first;
      this.#swap(at, child);
      at = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const x = this.#events[a];
    const y = this.#events[b];
    return x !== undefined && y !== undefined && (x.at === y.at ? x.order < y.order : x.at < y.at);
  }

  #swap(a: number, b: number): void {
    const x = this.#events[a];
    const y = this.#events[b];
    assert(x !== undefined && y !== undefined, "an event outside the heap");
    this.#events[a] = y;
    this.#events[b] = x;
  }
}

export class Scheduler {
  readonly #heap = new EventHeap();
  #nowMs = 0;
  #leaptMs = 0;
  #order = 0;
  #steps = 0;

  /** Virtual ms since the world began; not whole. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** What a true wall clock shows, ms since the world began: the time gone by and all leaps. */
  get calendarMs(): number {
    return this.#nowMs + this.#leaptMs;
  }

  /** Wall clocks leap, all of them; timers do not, and whatever is due is due as it was. */
  leap(ms: number): void {
    this.#leaptMs += ms;
  }

  /** Events run so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Runs `run` after `ms`; the function returned cancels it. */
  after(ms: number, run: () => void): () => void {
    const event = { at: this.#nowMs + Math.max(0, ms), order: this.#order++, run, isCancelled: false };
    this.#heap.push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  sleep(ms: number): Promise<void> {
    const woken = new Deferred<void>();
    this.after(ms, woken.resolve);
    return woken.promise;
  }

  /** Runs events until `isDone`, or answers false when the time has come or the number of steps is up. */
  async runUntil(
    isDone: () => boolean,
    bounds: { readonly untilMs: number; readonly stepsMax: number },
  ): Promise<boolean> {
    const stepsMax = this.#steps + bounds.stepsMax;
    await settled();
    while (!isDone()) {
      const next = this.#heap.first;
      if (this.#steps >= stepsMax) return false;
      if (next === undefined || next.at > bounds.untilMs) {
        this.#nowMs = bounds.untilMs;
        return false;
      }
      this.#heap.pop();
      if (next.isCancelled) continue;
      this.#nowMs = next.at;
      this.#steps++;
      next.run();
      await settled();
    }
    return true;
  }
}

/** Every microtask has run. */
function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
