/**
 * Gathers the batches of all callers into flushes: a flush leaves when a segment is full or its oldest batch has waited
 * long enough (less while everything gathered fits the item tier). Where writes cost no money it leaves sooner when no flush
 * is under way: a moment after the last one was answered, so that those who heard of it come along, and at once after a pause.
 * What waits or is on its way is bounded in bytes: past the bound callers wait in line until their deadline.
 */
import type { Clock } from "../../ports/index.ts";
import { messageOf, Semaphore } from "../../std/index.ts";
import { AppendFailed, AppendOutcomeUnknown, EngineClosed, Overloaded } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import type { EngineOptions } from "../types.ts";
import { heldBytes, type Pending } from "./types.ts";

/** Header, footer and one chunk's row of a segment, about: what a batch costs on top of its bytes. */
const segmentFrameBytes = 128;
/** Timers count in whole milliseconds and fire early by a part of one: to wait for the rest would take one more. */
const timerEarlyMs = 0.5;
/** Without a flush for so long, nobody is taken to be about to send more. */
const pauseMs = 10;

type Waiting = { readonly pending: Pending; readonly sinceMs: number };
type Flush = (pendings: readonly Pending[], onPlaced: () => void) => Promise<void>;

export class Batcher {
  readonly #clock: Clock;
  readonly #options: EngineOptions;
  readonly #flush: Flush;
  readonly #room: Semaphore;
  readonly #running = new Set<Promise<void>>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #placing = 0;
  /** Since when no flush is under way, on the monotonic clock. */
  #idleSinceMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(clock: Clock, options: EngineOptions, flush: Flush) {
    this.#clock = clock;
    this.#options = options;
    this.#flush = flush;
    this.#room = new Semaphore(options.appendBufferBytes);
  }

  /** Bytes of batches that wait or are on their way. */
  get bufferedBytes(): number {
    return this.#room.used;
  }

  /** Takes the batches of one request; their answers come through `answer`. Throws Overloaded, EngineClosed. */
  async add(pendings: readonly Pending[], deadlineMs: DeadlineMs): Promise<void> {
    const bytes = pendings.reduce((sum, pending) => sum + heldBytes(pending.bytes), 0);
    if (!this.#room.tryTake(bytes)) await this.#waitForRoom(bytes, deadlineMs);
    if (this.#isClosed) {
      this.#room.give(bytes);
      throw new EngineClosed("the log is closing: nothing more is taken");
    }
    const sinceMs = this.#clock.monotonicMs();
    for (const pending of pendings) {
      this.#waiting.push({ pending, sinceMs });
      this.#waitingBytes += pending.bytes.length + segmentFrameBytes;
    }
    void Promise.all(pendings.map(pending => pending.answer.promise)).then(() => this.#room.give(bytes));
    this.#schedule();
  }

  /** Flushes what waits, takes nothing more, and resolves when everything taken is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#schedule();
    while (this.#waiting.length > 0 || this.#running.size > 0 || this.#room.waiting > 0) {
      await Promise.all(this.#running);
      await Promise.resolve();
    }
  }

  async #waitForRoom(bytes: number, deadlineMs: DeadlineMs): Promise<void> {
    const { taken, abandon } = this.#room.take(bytes);
    let isLate = false;
    const late = new Promise<void>(resolve => {
      const cancel = this.#clock.timer(Math.max(0, deadlineMs - this.#clock.monotonicMs()), () => {
        isLate = abandon();
        resolve();
      });
      void taken.then(cancel);
    });
    await Promise.race([taken, late]);
    if (isLate)
      throw new Overloaded(
        `no room for ${bytes} bytes until the deadline: ${this.#room.used} of ${this.#room.limit} are in use`,
      );
  }

  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#waiting.length > 0 && this.#placing < this.#options.flushesInFlight) {
      const dueMs = this.#dueMs();
      const leftMs = dueMs - this.#clock.monotonicMs();
      if (leftMs > timerEarlyMs) {
        this.#cancelTimer = this.#clock.timer(leftMs, () => this.#schedule());
        return;
      }
      const pendings = this.#inTime(this.#cut());
      if (pendings.length > 0) this.#start(pendings);
    }
  }

  /** When what waits must leave, on the monotonic clock. */
  #dueMs(): number {
    const oldest = this.#waiting[0];
    if (this.#isClosed || !oldest || this.#waitingBytes >= this.#options.segmentBytes) return 0;
    const { itemTierBytes, itemTierLingerMs, lingerMs, lingersWhenIdle } = this.#options;
    const shortMs = Math.min(itemTierLingerMs, lingerMs);
    const latestMs = oldest.sinceMs + (this.#waitingBytes <= itemTierBytes ? shortMs : lingerMs);
    // Behind a flush there is time anyway.
    if (lingersWhenIdle || this.#running.size > 0) return latestMs;
    // A client that waits for its acknowledgements sends nothing more to gather, but sends again when it has them.
    if (oldest.sinceMs >= this.#idleSinceMs + pauseMs) return oldest.sinceMs;
    return Math.min(latestMs, Math.max(oldest.sinceMs, this.#idleSinceMs) + shortMs);
  }

  /** The oldest batches, up to a segment. */
  #cut(): readonly Pending[] {
    let bytes = 0;
    let count = 0;
    for (const { pending } of this.#waiting) {
      const size = pending.bytes.length + segmentFrameBytes;
      if (count > 0 && bytes + size > this.#options.segmentBytes) break;
      bytes += size;
      count++;
    }
    const cut = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#waitingBytes -= bytes;
    return cut.map(({ pending }) => pending);
  }

  /** Refuses, for certain, what waited past its deadline: nothing of it was sent. */
  #inTime(pendings: readonly Pending[]): readonly Pending[] {
    const nowMs = this.#clock.monotonicMs();
    const late = pendings.filter(({ deadlineMs }) => deadlineMs < nowMs);
    if (late.length === 0) return pendings;
    const error = new AppendFailed("the deadline passed before the batch could be stored");
    for (const { answer } of late) answer.resolve({ kind: "failed", error });
    return pendings.filter(({ deadlineMs }) => deadlineMs >= nowMs);
  }

  #start(pendings: readonly Pending[]): void {
    this.#placing++;
    let isPlacing = true;
    const placed = (): void => {
      if (!isPlacing) return;
      isPlacing = false;
      this.#placing--;
      this.#schedule();
    };
    // A flush answers for itself. Should it fail in a way that nobody foresaw, its callers must still hear of it.
    const run = this.#flush(pendings, placed).catch((error: unknown) => {
      placed();
      const unknown = new AppendOutcomeUnknown(`a flush failed in a way without a name: ${messageOf(error)}`);
      for (const { answer } of pendings) answer.resolve({ kind: "failed", error: unknown });
    });
    this.#running.add(run);
    void run.finally(() => this.#ended(run));
  }

  #ended(run: Promise<void>): void {
    this.#running.delete(run);
    if (this.#running.size > 0) return;
    this.#idleSinceMs = this.#clock.monotonicMs();
    if (!this.#options.lingersWhenIdle) this.#schedule();
  }
}
