/** A log with a short grace, whose stores may stop before any call of one process. */
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import type {
  BudgetLimits,
  Engine,
  EngineDeps,
  EngineOptions,
  SweepReport,
  Topic,
} from "../../../lib/engine/index.ts";
import {
  compactedPrefix,
  type SegmentId,
  segmentId,
  segmentObjectKey,
  segmentPrefix,
  segmentTime,
} from "../../../lib/format/index.ts";
import { anEngine, appended, aRecord, memoryDeps } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { eager } from "../compaction/testing.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** Enough for any test, and no patience: a store that fails is not asked again. */
export const impatient: BudgetLimits = {
  bytesMax: 2 ** 30,
  callsMax: 100_000,
  timeMsMax: 2 ** 40,
  callMsMax: 0,
};

export const sweepOptions = { graceMs: 10 * minuteMs, restoreWindowMs: 0, table: "test" };

/** All segments are objects, except where a test says otherwise. */
export const options: Partial<EngineOptions> = { compaction: eager, sweep: sweepOptions, itemTierBytes: 0 };

export type Log = {
  readonly deps: EngineDeps & { readonly items: MemoryItemStore; readonly objects: MemoryObjectStore };
  readonly clock: ManualClock;
  readonly engine: Engine;
  readonly topic: Topic;
};

/** A log with topic "t" of two partitions in one shard. */
export async function aLog(over: Partial<EngineOptions> = {}): Promise<Log> {
  const clock = new ManualClock();
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock });
  const deps = { ...memoryDeps({ clock, items, objects }), items, objects };
  const engine = anEngine(deps, { ...options, ...over });
  const topic = await engine.topics.create({ name: "t", partitions: 2, configs: { "retention.ms": "-1" } });
  return { deps, clock, engine, topic };
}

/** Appends records, one segment each, to a partition. */
export async function fill({ engine, clock }: Log, values: readonly string[], partition = 0): Promise<void> {
  for (const value of values)
    await appended(engine, "t", partition, aRecord(value, { timestampMs: clock.now() }));
  await engine.settle();
}

/** Puts an object that nothing refers to, of now. */
export async function orphan({ deps, clock }: Log, byte = 1): Promise<SegmentId> {
  const id = segmentId(segmentTime(clock.now()), new Uint8Array(6).fill(byte));
  await deps.objects.put(segmentObjectKey(id), [new Uint8Array(100)]);
  return id;
}

export function sweep(engine: Engine): Promise<SweepReport> {
  return engine.upkeep.sweep(impatient);
}

/** The segments that are stored: not marks, nor the owner. */
export function stored({ deps }: Pick<Log, "deps">): readonly string[] {
  return deps.objects
    .snapshot()
    .flatMap(({ key }) => (key.startsWith(segmentPrefix) || key.startsWith(compactedPrefix) ? [key] : []));
}

/** What the table still holds of the topic. */
export function left({ deps, topic }: Log): readonly string[] {
  return deps.items
    .snapshot()
    .flatMap(({ pk, sk }) => (`${pk}${sk}`.includes(topic.id) ? [`${pk}/${sk}`] : []));
}

/** The same stores for one process, which waits for `before` ahead of each of its calls. */
export function gated<Deps extends EngineDeps>(
  deps: Deps,
  before: (call: string, about: unknown) => Promise<void>,
): Deps {
  const gate = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...rest: unknown[]) => {
          await before(String(name), rest[0]);
          return Reflect.apply(method, target, rest);
        };
      },
    });
  return { ...deps, items: gate(deps.items), objects: gate(deps.objects) };
}

/** Whether a call looks for segments of the item tier: there are 256 of them, one like the other. */
export function isOfItems(about: unknown): boolean {
  return typeof about === "object" && about !== null && String(Reflect.get(about, "pk")).startsWith("S#");
}
