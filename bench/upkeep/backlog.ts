/**
 * A backlog of one topic on stores that count their calls, as many small appends leave it, and the work on it.
 */
import { MeteringItemStore, MeteringObjectStore } from "../../lib/adapters/metering/index.ts";
import {
  type BudgetLimits,
  defaultEngineOptions,
  Engine,
  type EngineOptions,
} from "../../lib/engine/index.ts";
import type { BenchSettings } from "../benchmark.ts";
import { openStores } from "../stores.ts";
import { batchOfBytes } from "../workload.ts";

/** How much there is, and in which pieces it came: each append brings one chunk to each partition. */
export type BacklogShape = {
  readonly bytes: number;
  readonly chunkBytes: number;
  readonly partitions: number;
};

/** A topic `t` with a backlog. */
export type Backlog = {
  readonly bytes: number;
  readonly items: MeteringItemStore;
  readonly objects: MeteringObjectStore;
  /** A process that has read nothing yet. Counts begin anew. */
  readonly engine: (options?: Partial<EngineOptions>) => Engine;
  readonly close: () => Promise<void>;
};

/** As much as there is to do. */
export const noLimits: BudgetLimits = {
  bytesMax: Number.MAX_SAFE_INTEGER,
  callsMax: Number.MAX_SAFE_INTEGER,
  timeMsMax: Number.MAX_SAFE_INTEGER,
  callMsMax: 60_000,
};

/** What has waited at all is compacted with what there is. */
export const atOnce: EngineOptions["compaction"] = { ...defaultEngineOptions.compaction, ageMs: 0 };

/** Writes the backlog into new stores. */
export async function makeBacklog(
  settings: Pick<BenchSettings, "directory" | "isMemory">,
  name: string,
  { bytes, chunkBytes, partitions }: BacklogShape,
): Promise<Backlog> {
  const stores = await openStores(settings, name);
  const items = new MeteringItemStore({ store: stores.deps.items });
  const objects = new MeteringObjectStore({ store: stores.deps.objects });
  const engines: Engine[] = [];
  const engine = (options: Partial<EngineOptions> = {}): Engine => {
    items.reset();
    objects.reset();
    const made = new Engine({ ...stores.deps, items, objects }, { ...defaultEngineOptions, ...options });
    engines.push(made);
    return made;
  };
  const writer = engine({ lingerMs: 0, itemTierLingerMs: 0 });
  await writer.topics.create({ name: "t", partitions });
  const batches = batchOfBytes(chunkBytes);
  let written = 0;
  while (written < bytes) {
    const requests = Array.from({ length: partitions }, (_, partition) => ({
      topic: "t",
      partition,
      batches,
    }));
    for (const answer of await writer.append(requests)) if (answer.kind === "failed") throw answer.error;
    written += partitions * batches.length;
  }
  await writer.settle();
  const close = async (): Promise<void> => {
    await Promise.all(engines.map(each => each.drain()));
    await stores.close();
  };
  return { bytes: written, items, objects, engine, close };
}

/** Work, and what it took: of the clock, and of the processors. */
export type Timed = { readonly seconds: number; readonly processorSeconds: number };

/** Times the work; all threads of the process count. */
export async function timed(work: () => Promise<void>): Promise<Timed> {
  const startMs = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - startMs) / 1000, processorSeconds: (user + system) / 1e6 };
}
