/**
 * The one output that all partitions share: a piece at a time, no more records than asked for, and the knowledge of how
 * long nothing came.
 */
import type { BatchRecord } from "../../lib/format/record-batch/index.ts";
import type { Format } from "./format.ts";

export type PrinterDeps = {
  readonly print: (output: Uint8Array) => Promise<void>;
  readonly format: Format;
  /** Monotonic. */
  readonly nowMs: () => number;
};

export class Printer {
  readonly #deps: PrinterDeps;
  readonly #topic: string;
  #left: number;
  #records = 0;
  #bytes = 0;
  readonly #startMs: number;
  #idleSinceMs: number;
  #printing: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(deps: PrinterDeps, options: { readonly topic: string; readonly recordsMax: number }) {
    this.#deps = deps;
    this.#topic = options.topic;
    this.#left = options.recordsMax;
    this.#startMs = deps.nowMs();
    this.#idleSinceMs = this.#startMs;
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** As many records as were asked for have come. */
  get isFull(): boolean {
    return this.#left === 0;
  }

  /** From the beginning to the last record: that none came after it is no slowness. */
  get durationMs(): number {
    return this.#idleSinceMs - this.#startMs;
  }

  /** For how long there has been nothing to print, ms. A slow reader of the output is not a lack of records. */
  get idleMs(): number {
    return this.#waiting > 0 ? 0 : this.#deps.nowMs() - this.#idleSinceMs;
  }

  /** Resolves when the records are written. Throws OutputClosed. */
  async print(partition: number, records: readonly BatchRecord[]): Promise<void> {
    const taken = records.slice(0, this.#left);
    if (taken.length === 0) return;
    this.#left -= taken.length;
    this.#waiting++;
    const output = this.#deps.format(taken, this.#topic, partition);
    this.#printing = this.#printing.then(() => this.#deps.print(output));
    await this.#printing;
    this.#records += taken.length;
    this.#bytes += output.length;
    this.#idleSinceMs = this.#deps.nowMs();
    this.#waiting--;
  }
}
