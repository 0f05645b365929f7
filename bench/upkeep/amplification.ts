/**
 * How often a byte is written until it lies in an object of the full size, measured by the bytes that the object store is given:
 * once as a segment, once into its first object, once for each merge. Nothing here depends on the machine.
 */
import { MeteringItemStore, MeteringObjectStore } from "../../lib/adapters/metering/index.ts";
import { defaultEngineOptions, Engine } from "../../lib/engine/index.ts";
import { openStores } from "../stores.ts";
import { batchOfBytes } from "../workload.ts";
import { atOnce, noLimits } from "./backlog.ts";

const mebibyte = 1024 * 1024;
/** A batch is not larger than a topic takes. */
const batchBytesMax = 64 * 1024;
/** Each merge joins objects to one eight times as large, until the target: RFC 0006. */
const mergedPages = 8;

/** Writes of a byte, and at most how many it may be. Each object of `firstObjectBytes` is what came between two rounds. */
export async function amplificationOf(
  firstObjectBytes: number,
  { isQuick }: { readonly isQuick: boolean },
): Promise<{ readonly writes: number; readonly bound: number }> {
  const { targetBytes } = defaultEngineOptions.compaction;
  // Two objects of the full size, if it comes to that.
  const bytes = isQuick ? Math.min(16, targetBytes / firstObjectBytes) * firstObjectBytes : 2 * targetBytes;
  const { deps } = await openStores({ directory: "", isMemory: true }, "amplification");
  const objects = new MeteringObjectStore({ store: deps.objects });
  const items = new MeteringItemStore({ store: deps.items });
  const options = { ...defaultEngineOptions, lingerMs: 0, itemTierLingerMs: 0, compaction: atOnce };
  const engine = new Engine({ ...deps, objects, items }, options);
  await engine.topics.create({ name: "t", partitions: 1 });
  const batches = batchOfBytes(batchBytesMax);
  let appended = 0;
  for (let round = 0; appended + mebibyte / 16 < bytes; round++) {
    for (const until = (round + 1) * firstObjectBytes; appended + batches.length <= until; ) {
      const [answer] = await engine.append([{ topic: "t", partition: 0, batches }]);
      if (answer?.kind !== "appended") throw answer?.error ?? new Error("no answer");
      appended += batches.length;
    }
    await engine.upkeep.round({ limits: noLimits });
  }
  await engine.drain();
  const bound = 2 + Math.log(targetBytes / firstObjectBytes) / Math.log(mergedPages);
  return { writes: objects.counts().bytesPut / appended, bound };
}
