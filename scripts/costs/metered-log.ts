/**
 * A log in memory whose every call is counted and billed, in a world where nothing is left to chance: the clock stands
 * still until it is moved, and a seed decides the ids. What is measured here is the same on every machine.
 */
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import { dollarsOf, MeteringItemStore, MeteringObjectStore } from "../../lib/adapters/metering/index.ts";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { defaultEngineOptions, Engine, type EngineOptions } from "../../lib/engine/index.ts";
import { buildPlainBatch } from "../../lib/format/record-batch/index.ts";
import { itemBytes, silentTelemetry, type Telemetry } from "../../lib/ports/index.ts";
import { Prng } from "../../test/sim/world/prng.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";

/** Calls, units billed, and what they cost in dollars; of one call or of many. */
export type Spent = {
  readonly objectPuts: number;
  readonly objectGets: number;
  readonly itemWrites: number;
  readonly writeUnits: number;
  readonly itemReads: number;
  readonly readUnits: number;
  readonly dollars: number;
};

/** One process at work on the log, with a bill of its own. */
export type MeteredProcess = {
  readonly engine: Engine;
  /** Its stores, on the same bill. */
  readonly items: MeteringItemStore;
  readonly objects: MeteringObjectStore;
  /** What it has spent since it was made or since the last look; with a count, the mean of so many. */
  readonly spent: (count?: number) => Spent;
};

/** The stores of one log. Any number of processes may work on it. */
export class MeteredLog {
  readonly clock = new ManualClock();
  readonly #random = new Prng("costs");
  readonly #items = new MemoryItemStore();
  readonly #objects = new MemoryObjectStore({ clock: this.clock });

  /** A process that has seen nothing yet. It waits for nobody to share a segment with, unless told. */
  process(options: Partial<EngineOptions> = {}, telemetry: Telemetry = silentTelemetry): MeteredProcess {
    const items = new MeteringItemStore({ store: this.#items, peek: key => this.#items.peek(key) });
    const objects = new MeteringObjectStore({ store: this.#objects });
    const { clock } = this;
    const deps = {
      items,
      objects,
      clock,
      random: this.#random,
      telemetry,
      codecs: systemCodecs,
    };
    const engine = new Engine(deps, {
      ...defaultEngineOptions,
      lingerMs: 0,
      itemTierLingerMs: 0,
      ...options,
    });
    const spent = (count = 1): Spent => {
      const counts = items.counts();
      const calls = objects.counts();
      items.reset();
      objects.reset();
      return {
        objectPuts: calls.puts / count,
        objectGets: calls.gets / count,
        itemWrites: (counts.updates + counts.puts + counts.deletes) / count,
        writeUnits: counts.writeUnits / count,
        itemReads: (counts.gets + counts.queries) / count,
        readUnits: counts.readUnits / count,
        dollars: dollarsOf(counts, calls) / count,
      };
    };
    return { engine, items, objects, spent };
  }

  /** What is billed for lying in the stores. */
  async storedBytes(): Promise<{ readonly items: number; readonly objects: number }> {
    const { objects } = await this.#objects.list("");
    return {
      items: this.#items.snapshot().reduce((sum, item) => sum + itemBytes(item) + itemIndexBytes, 0),
      objects: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
  }

  /** One record in a batch of exactly this many bytes. */
  batchOf(bytes: number): Uint8Array {
    const guess = this.batchOfValuesOf(bytes - batchFrameBytes);
    const batch = this.batchOfValuesOf(bytes - batchFrameBytes + (bytes - guess.length));
    if (batch.length !== bytes) throw new Error(`no batch of one record has ${bytes} bytes`);
    return batch;
  }

  /** A batch of one record, or of more, with this many bytes of value each. */
  batchOfValuesOf(valueBytes: number, records = 1): Uint8Array {
    const record = {
      timestampMs: this.clock.now(),
      key: null,
      value: new Uint8Array(valueBytes),
      headers: [],
    };
    return buildPlainBatch(
      Array.from({ length: records }, () => record),
      { codecs: systemCodecs },
    );
  }
}

/** DynamoDB bills this much more of each item that it stores: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
const itemIndexBytes = 100;
/** What a batch adds to its value, about. */
const batchFrameBytes = 75;

/** Appends one batch; throws when it was not taken. The background work of it is over when this answers. */
export async function append(
  { engine }: MeteredProcess,
  partition: number,
  batches: Uint8Array,
): Promise<void> {
  const [answer] = await engine.append([{ topic: "t", partition, batches }]);
  if (answer?.kind !== "appended") throw answer?.error ?? new Error("no answer");
  await engine.settle();
}

/** Fetches from one partition without waiting; answers with the bytes it brought. */
export async function fetchOnce(process: MeteredProcess, offset: number, bytesMax: number): Promise<number> {
  const { batches } = await fetchOnward(process, offset, bytesMax);
  return batches.reduce((sum, batch) => sum + batch.length, 0);
}

/** The same; answers with where to go on, too. */
export async function fetchOnward({ engine }: MeteredProcess, offset: number, bytesMax: number) {
  const [answer] = await engine.fetch([{ topic: "t", partition: 0, offset, bytesMax }], {
    waitMsMax: 0,
    bytesMin: 1,
    bytesMax,
  });
  if (answer?.kind !== "records") throw answer?.error ?? new Error("no answer");
  return answer;
}

/** What is left of the first without the second. */
export function minus(all: Spent, part: Spent): Spent {
  return combined([all, part], ([a, b = 0]) => a - b);
}

/** All of them together. */
export function plus(...all: readonly Spent[]): Spent {
  return combined(all, values => values.reduce((a, b) => a + b));
}

function combined(all: readonly Spent[], of: (values: readonly [number, ...number[]]) => number): Spent {
  const each = (name: keyof Spent): number => {
    const [first = 0, ...rest] = all.map(spent => spent[name]);
    return of([first, ...rest]);
  };
  return {
    objectPuts: each("objectPuts"),
    objectGets: each("objectGets"),
    itemWrites: each("itemWrites"),
    writeUnits: each("writeUnits"),
    itemReads: each("itemReads"),
    readUnits: each("readUnits"),
    dollars: each("dollars"),
  };
}
