import { describe, expect, it } from "vitest";
import { Batcher } from "../../lib/engine/append/batcher.ts";
import type { Pending } from "../../lib/engine/append/types.ts";
import { defaultEngineOptions } from "../../lib/engine/index.ts";
import { Deferred } from "../../lib/std/index.ts";
import { ManualClock } from "../support/manual-clock.ts";

const options = { ...defaultEngineOptions, lingerMs: 50, itemTierLingerMs: 1, itemTierBytes: 10 };

/** A batcher of which every flush is listed, under way until it is ended. */
class Gathering {
  readonly clock = new ManualClock(0);
  /** When each flush left, and with how many batches. */
  readonly left: (readonly [number, number])[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #batcher: Batcher;

  constructor(lingersWhenIdle: boolean) {
    this.#batcher = new Batcher(this.clock, { ...options, lingersWhenIdle }, pendings => {
      this.left.push([this.clock.monotonicMs(), pendings.length]);
      return new Promise(resolve => this.#ends.push(resolve));
    });
  }

  async add(): Promise<void> {
    await this.#batcher.add([aPending()], 1_000_000);
  }

  async endFlush(): Promise<void> {
    this.#ends.shift()?.();
    await this.clock.advance(0);
  }
}

function aPending(): Pending {
  const bytes = new Uint8Array(1000);
  return { bytes, answer: new Deferred(), deadlineMs: 1_000_000 } as unknown as Pending;
}

describe("a batch that waits for others", () => {
  it("waits its full time where a write costs money", async () => {
    const gathering = new Gathering(true);
    await gathering.add();
    await gathering.clock.advance(49);
    expect(gathering.left).toEqual([]);
    await gathering.clock.advance(1);
    await gathering.endFlush();
    await gathering.add();
    await gathering.clock.advance(100);
    expect(gathering.left).toEqual([
      [50, 1],
      [100, 1],
    ]);
  });

  it("leaves at once where it costs none and no flush was under way for a while", async () => {
    const gathering = new Gathering(false);
    await gathering.add();
    expect(gathering.left).toEqual([[0, 1]]);
    await gathering.endFlush();
    await gathering.clock.advance(10);
    await gathering.add();
    expect(gathering.left[1]).toEqual([10, 1]);
  });

  it("waits a moment soon after a flush was answered: others who heard of theirs may send, too", async () => {
    const gathering = new Gathering(false);
    await gathering.add();
    await gathering.endFlush();
    await gathering.clock.advance(9);
    await gathering.add();
    await gathering.add();
    await gathering.clock.advance(100);
    expect(gathering.left[1]).toEqual([10, 2]);
  });

  it("gathers behind a flush for its full time, but not for longer", async () => {
    const gathering = new Gathering(false);
    await gathering.add();
    await gathering.add();
    await gathering.clock.advance(100);
    expect(gathering.left[1]).toEqual([50, 1]);
  });

  it("leaves a moment after the flush before it was answered, with what clients sent upon that", async () => {
    const gathering = new Gathering(false);
    await gathering.add();
    await gathering.add();
    await gathering.clock.advance(20);
    await gathering.endFlush();
    await gathering.add();
    await gathering.clock.advance(100);
    expect(gathering.left[1]).toEqual([21, 2]);
  });
});
