/**
 * Data directories of earlier releases, killed in the midst of their work, opened by today's code: everything that their servers gave
 * back is there, the upkeep works on it, and an fsck finds nothing wrong before and after.
 */

import { globSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type LocalStores, openLocal } from "../../../lib/adapters/local/index.ts";
import { SystemClock, SystemRandom, systemCodecs } from "../../../lib/adapters/system/index.ts";
import { sweepOfOneServer } from "../../../lib/app/upkeep-options.ts";
import { type BudgetLimits, defaultEngineOptions, type Engine } from "../../../lib/engine/index.ts";
import { buildPlainBatch } from "../../../lib/format/record-batch/index.ts";
import { silentTelemetry } from "../../../lib/ports/index.ts";
import { anEngine, aRecord, baseOffset, fetched, recordsOf } from "../../support/log.ts";
import { temporaryDirectories } from "../../support/temporary-directory.ts";
import type { GoldenDirectory, GoldenRecord } from "./directory.ts";

const folder = join(import.meta.dirname, "..", "..", "golden", "data-directories");
const names = globSync("*.json.br", { cwd: folder }).map(file => basename(file, ".json.br"));
/** Releases that compacted: their directories hold objects that no ingest segment is left of. */
const compacting = new Set(["compaction", "upkeep"]);
const newDirectory = temporaryDirectories();
const plenty: BudgetLimits = { bytesMax: 2 ** 30, callsMax: 100_000, timeMsMax: 60_000, callMsMax: 10_000 };

type Opened = { readonly golden: GoldenDirectory; readonly stores: LocalStores; readonly engine: Engine };
const open: LocalStores[] = [];
afterEach(async () => {
  for (const stores of open.splice(0)) await stores.close();
});

async function unpacked(
  name: string,
): Promise<{ readonly golden: GoldenDirectory; readonly dataDir: string }> {
  const packed = await readFile(join(folder, `${name}.json.br`));
  const golden = JSON.parse(brotliDecompressSync(packed).toString()) as GoldenDirectory;
  const dataDir = await newDirectory();
  for (const [path, bytes] of Object.entries(golden.files)) {
    await mkdir(dirname(join(dataDir, path)), { recursive: true });
    await writeFile(join(dataDir, path), Buffer.from(bytes, "hex"));
  }
  return { golden, dataDir };
}

async function opened(name: string): Promise<Opened> {
  const { golden, dataDir } = await unpacked(name);
  const clock = new SystemClock();
  const parts = { clock, telemetry: silentTelemetry, random: new SystemRandom(), codecs: systemCodecs };
  const stores = await openLocal({ ...parts, dataDir, crc32c: systemCodecs.crc32c });
  open.push(stores);
  const compaction = { ...defaultEngineOptions.compaction, ageMs: 0 };
  const engine = anEngine({ ...parts, ...stores }, { compaction, sweep: sweepOfOneServer });
  await engine.checkFormat();
  return { golden, stores, engine };
}

/** Everything of a place that can be read, as it is written down. */
async function readAll(engine: Engine, place: string): Promise<readonly GoldenRecord[]> {
  const [topic = "", partition] = place.split("-");
  const found: GoldenRecord[] = [];
  const base64 = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString("base64");
  for (let from = 0; ; ) {
    const answer = await fetched(engine, topic, Number(partition), from);
    const records = await recordsOf(answer);
    for (const { offset, key, value } of records)
      if (offset >= from) found.push([offset, base64(key), base64(value)]);
    if (answer.kind !== "records" || answer.nextOffset === from) return found;
    from = answer.nextOffset;
  }
}

/** The last value of each key, in order of offset: what compaction by key may leave. */
function lastOfEachKey(records: readonly GoldenRecord[]): readonly GoldenRecord[] {
  return records.filter(
    ([offset, key]) => !records.some(([later, other]) => other === key && later > offset),
  );
}

const soundness = { faults: [] };

describe.each(names)("the data directory of an earlier release (%s)", name => {
  it("is read back as its server gave it, with the offsets of its groups", async () => {
    const { golden, engine } = await opened(name);
    for (const [place, records] of Object.entries(golden.records))
      expect(await readAll(engine, place), place).toEqual(records);
    expect((await engine.topics.list()).map(topic => topic.name).sort()).toEqual(["keyed", "plain"]);
    for (const [group, offsets] of Object.entries(golden.offsets))
      for (const { topic, partition, offset } of offsets) {
        const asked = [{ topic, partitions: [partition] }];
        const told = await engine.groups.offsets.fetch(group, asked, { stamps: false });
        expect(told).toMatchObject([{ partitions: [{ committed: { offset } }] }]);
      }
    expect(await engine.fsck()).toMatchObject(soundness);
  });

  it("is looked after, and holds the same afterwards", async () => {
    const { golden, engine } = await opened(name);
    const { round, refused } = await engine.upkeep.maintain({ limits: plenty });
    expect({ refused, failures: round.failures, lost: round.lost }).toEqual({
      refused: undefined,
      failures: [],
      lost: 0,
    });
    expect(round.objects).toBeGreaterThan(0);
    for (const place of ["plain-0", "plain-1"])
      expect(await readAll(engine, place), place).toEqual(golden.records[place]);
    const keyed = golden.records["keyed-0"] ?? [];
    const left = await readAll(engine, "keyed-0");
    expect(keyed).toEqual(expect.arrayContaining([...left]));
    expect(left).toEqual(expect.arrayContaining([...lastOfEachKey(keyed)]));
    expect(await engine.fsck()).toMatchObject(soundness);
  });

  it("remembers its idempotent producers", async () => {
    const { engine } = await opened(name);
    const append = async (sequence: number): Promise<number> => {
      const producer = { id: 7, epoch: 0, sequence };
      const batches = buildPlainBatch([aRecord("a"), aRecord("b")], { codecs: systemCodecs, producer });
      return baseOffset((await engine.append([{ topic: "plain", partition: 1, batches }]))[0]);
    };
    expect(await append(4)).toBe(4);
    expect(await append(6)).toBe(6);
    await expect(append(60)).rejects.toMatchObject({ name: "OutOfOrderSequence" });
  });

  it("holds what its release knew to write", async () => {
    const { stores } = await opened(name);
    const { objects } = await stores.objects.list("topics/");
    expect(objects.length > 0).toBe(compacting.has(name));
  });
});

describe("golden data directories", () => {
  it("are all there", () => {
    expect(names.sort()).toEqual(["compaction", "groups", "records", "upkeep"]);
  });
});
