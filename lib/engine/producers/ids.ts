/**
 * Producer ids, never given twice: blocks of them are taken from one counter, and given out one by one. What is left of a
 * block when the process ends is lost, and so is a block whose answer was lost.
 */
import { counterAttributes, counterKey, readNumberCounter } from "../../format/items/index.ts";
import { present, SingleFlight } from "../../std/index.ts";
import { repeating } from "../retry.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";

/** As Kafka's brokers take them. */
const blockSize = 1000;

export class ProducerIds {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #taking = new SingleFlight<"block", void>();
  #next = 0;
  #end = 0;

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** An id that nobody was ever given. Throws what the store throws when it fails until the deadline. */
  async next(): Promise<number> {
    while (this.#next === this.#end) await this.#taking.run("block", () => this.#takeBlock());
    return this.#next++;
  }

  async #takeBlock(): Promise<void> {
    const end = await this.#raise();
    this.#next = end - blockSize;
    this.#end = end;
  }

  /** The counter after it was raised by a block. */
  async #raise(): Promise<number> {
    const { items, clock } = this.#deps;
    const deadlineMs = clock.monotonicMs() + this.#options.requestDeadlineMs;
    const key = counterKey("producer-id");
    for (;;) {
      const raised = await repeating(this.#deps, deadlineMs, () =>
        items.update(key, { add: { value: blockSize } }, [{ kind: "exists", name: "value" }]),
      );
      if (raised.kind === "applied")
        return present(readNumberCounter("producer-id", raised.attributes), "ids");
      const first = await repeating(this.#deps, deadlineMs, () =>
        items.put({ ...key, attributes: counterAttributes(blockSize) }, [{ kind: "itemAbsent" }]),
      );
      if (first.kind === "applied") return blockSize;
    }
  }
}
