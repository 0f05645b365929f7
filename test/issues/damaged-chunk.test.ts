import { describe, expect, it } from "vitest";
import { atOnce, FaultyObjectStore, type Outcome } from "../../lib/adapters/faulty/index.ts";
import type { Engine } from "../../lib/engine/index.ts";
import { concat } from "../../lib/std/index.ts";
import { aBatch, anEngine, aRecord, fetched, memoryDeps, recordsOf } from "../support/log.ts";

const ok: Outcome = { kind: "ok", reachMs: 0, answerMs: 0 };
const values = ["a", "b", "c", "d", "e", "f"];

/** One chunk of three batches of two records; `damage` is asked at every read of its object. */
async function aDamagedLog(
  damage: () => Outcome,
): Promise<{ readonly fresh: () => Engine; readonly bytes: number }> {
  const deps = memoryDeps();
  const options = { itemTierBytes: 0 };
  const writer = anEngine(deps, options);
  await writer.topics.create({ name: "t", partitions: 1 });
  const at = (value: string) => aRecord(value, { timestampMs: 1000 + values.indexOf(value) });
  const batches = [0, 2, 4].map(i => aBatch(...values.slice(i, i + 2).map(at)));
  await writer.append([{ topic: "t", partition: 0, batches: concat(batches) }]);
  const objects = new FaultyObjectStore({
    store: deps.objects,
    travel: atOnce,
    watch: () => undefined,
    decide: call => (call.operation === "get" ? damage() : ok),
  });
  return {
    fresh: () => anEngine({ ...deps, objects }, options),
    bytes: concat(batches).length,
  };
}

const headerBytes = 17;
const flipped = (at: number): Outcome => ({
  kind: "damaged",
  damage: { kind: "bitFlipped", at: headerBytes + at },
  reachMs: 0,
  answerMs: 0,
});

// Found by the simulator: a flipped bit in the count of one batch moved the offsets of those behind it, and a broken
// frame made a search by time skip records.
describe("a chunk with one byte damaged, whichever it is", () => {
  it("shows each record at its own offset or says that it is corrupt, and the neighbours are readable", async () => {
    let at = 0;
    const log = await aDamagedLog(() => flipped(at));
    for (; at < log.bytes; at++) {
      const damagedBatch = Math.floor((at * 3) / log.bytes);
      for (const [offset, value] of values.entries()) {
        const answer = await fetched(log.fresh(), "t", 0, offset, 1);
        if (answer.kind === "failed") {
          expect(answer.error.name).toBe("RecordsCorrupt");
          // A frame that cannot be found takes with it what lies behind; nothing takes what lies before.
          expect(Math.floor(offset / 2)).toBeGreaterThanOrEqual(damagedBatch);
          continue;
        }
        const record = (await recordsOf(answer)).find(candidate => candidate.offset === offset);
        expect(Buffer.from(record?.value ?? []).toString()).toBe(value);
      }
    }
  });

  it("never makes a search by time miss a record", async () => {
    let at = 0;
    const log = await aDamagedLog(() => flipped(at));
    for (; at < log.bytes; at++) {
      const [answer] = await log
        .fresh()
        .listOffsets([{ topic: "t", partition: 0, spec: { kind: "atTime", timestampMs: 1001 } }]);
      if (answer?.kind === "failed") expect(answer.error.name).toBe("RecordsCorrupt");
      else expect(answer?.offset).toBe(1);
    }
  });

  it("is read again, and not kept, so that damage on the way heals", async () => {
    let outcome = flipped(70);
    const log = await aDamagedLog(() => outcome);
    const reader = log.fresh();
    expect(await fetched(reader, "t", 0, 0)).toMatchObject({
      kind: "failed",
      error: { name: "RecordsCorrupt" },
    });
    outcome = ok;
    expect(await recordsOf(await fetched(reader, "t", 0, 0))).toHaveLength(6);
  });
});
