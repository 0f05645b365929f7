/**
 * Packs that are partly dead give back their space: what lives is moved and served meanwhile, what was deleted stays deleted, and a
 * process that is killed, or loses its power, at any step in between loses nothing.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalObjectStore, openLocal } from "../../../lib/adapters/local/index.ts";
import { choosePacks } from "../../../lib/adapters/local/pack-usage.ts";
import { SystemClock, systemCodecs } from "../../../lib/adapters/system/index.ts";
import { silentTelemetry } from "../../../lib/ports/index.ts";
import { DroppingFileLayer, seededChance } from "../../support/dropping-file-layer.ts";
import { DroppingObjectIndex } from "../../support/dropping-object-index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { temporaryDirectories } from "../../support/temporary-directory.ts";

const directory = "/data/packs";
/** Four objects. */
const packBytesMax = 400;
/** More than the record of a deletion. */
const limits = { deadShareMin: 0.4, deadBytesMin: 100, bytesMax: 2 ** 30 };
const keys = Array.from({ length: 12 }, (_, i) => `k${String(i).padStart(2, "0")}`);
const bodyOf = (key: string): Buffer => Buffer.from(key.repeat(25));
const isOdd = (_key: string, i: number): boolean => i % 2 === 1;

type Disk = { readonly files: DroppingFileLayer; readonly index: DroppingObjectIndex };

function aDisk(seed = 1): Disk {
  const chance = seededChance(seed);
  return { files: new DroppingFileLayer(chance), index: new DroppingObjectIndex(chance) };
}

function open(disk: Disk, clock = new ManualClock()): Promise<LocalObjectStore> {
  const deps = { ...disk, clock, crc32c: systemCodecs.crc32c, telemetry: silentTelemetry };
  return LocalObjectStore.open(deps, { directory, packBytesMax });
}

/** Twelve objects in three packs, of which each second one is deleted. */
async function halfDead(disk: Disk, clock = new ManualClock()): Promise<LocalObjectStore> {
  const store = await open(disk, clock);
  for (const key of keys) await store.put(key, [bodyOf(key)]);
  await store.delete(keys.filter(isOdd));
  return store;
}

/** What is there is whole, and `gone` is not there; whatever is in `either` may be. */
async function expectWhole(store: LocalObjectStore, gone: readonly string[], either: readonly string[] = []) {
  const listed = (await store.list("")).objects.map(({ key }) => key);
  for (const key of keys) {
    const found = await store.get(key);
    if (either.includes(key) && found.kind === "missing") continue;
    expect(found.kind, key).toBe(gone.includes(key) ? "missing" : "found");
    expect(listed.includes(key), `${key} is listed as it is found`).toBe(found.kind === "found");
    if (found.kind === "found") expect(Buffer.from(found.bytes).toString()).toBe(bodyOf(key).toString());
  }
}

async function packBytes({ files }: Pick<Disk, "files">): Promise<number> {
  let bytes = 0;
  for (const name of await files.list(directory)) {
    const file = await files.open(`${directory}/${name}`);
    bytes += await file.size();
    await file.close();
  }
  return bytes;
}

describe("the choice of packs", () => {
  const pack = fc.record({
    pack: fc.nat(),
    bytes: fc.integer({ min: 1, max: 1000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  it("takes those that are dead enough, and never copies more than they give back by their share", () => {
    fc.assert(
      fc.property(fc.uniqueArray(pack, { selector: each => each.pack }), packs => {
        const usage = packs.map(({ pack, bytes, share }) => ({
          pack,
          bytes,
          liveBytes: Math.floor(bytes * share),
        }));
        const worth = { deadShareMin: 0.5, deadBytesMin: 10 };
        const chosen = new Set(choosePacks(usage, worth));
        for (const { pack, bytes, liveBytes } of usage) {
          const dead = bytes - liveBytes;
          expect(chosen.has(pack)).toBe(dead >= 10 && dead >= bytes / 2);
          if (chosen.has(pack)) expect(liveBytes).toBeLessThanOrEqual(dead);
        }
      }),
    );
  });
});

describe("reclaiming", () => {
  it("moves what lives, with its time, and unlinks the packs", async () => {
    const [disk, clock] = [aDisk(), new ManualClock()];
    const store = await halfDead(disk, clock);
    const before = await store.list("");
    await clock.advance(60_000);
    const bytes = await packBytes(disk);
    expect(await store.reclaim(limits)).toEqual({ packs: 3, copiedBytes: 6 * 75 });
    await store.list("");
    const after = await packBytes(disk);
    expect(after).toBeLessThan(0.7 * bytes);
    expect((await store.list("")).objects).toEqual(before.objects);
    await expectWhole(store, keys.filter(isOdd));
    expect(await store.reclaim(limits)).toEqual({ packs: 0, copiedBytes: 0 });
    await store.close();
    await expectWhole(await open(disk), keys.filter(isOdd));
  });

  it("copies no more than it may, and goes on the next time", async () => {
    const store = await halfDead(aDisk());
    expect(await store.reclaim({ ...limits, bytesMax: 50 })).toEqual({ packs: 0, copiedBytes: 75 });
    const stopped = AbortSignal.abort();
    expect(await store.reclaim({ ...limits, signal: stopped })).toEqual({ packs: 0, copiedBytes: 0 });
    expect((await store.reclaim(limits)).copiedBytes).toBe(375);
    await expectWhole(store, keys.filter(isOdd));
  });

  it("leaves packs that are not worth it", async () => {
    const store = await halfDead(aDisk());
    expect(await store.reclaim({ ...limits, deadShareMin: 0.9 })).toEqual({ packs: 0, copiedBytes: 0 });
    expect(await store.reclaim({ ...limits, deadBytesMin: 1000 })).toEqual({ packs: 0, copiedBytes: 0 });
  });

  it("rests after each object", async () => {
    const store = await halfDead(aDisk());
    let rests = 0;
    await store.reclaim({ ...limits, rest: async () => void rests++ });
    expect(rests).toBe(6);
  });

  it("serves readers that hold a place in a pack that goes", async () => {
    const disk = aDisk();
    const store = await halfDead(disk);
    const release = disk.files.hold("read");
    const reading = keys.filter((_, i) => i % 2 === 0).map(key => store.get(key));
    const reclaiming = store.reclaim(limits);
    release();
    for (const found of await Promise.all(reading)) expect(found.kind).toBe("found");
    await reclaiming;
    await expectWhole(store, keys.filter(isOdd));
  });

  it("finds the new place for a reader whose file was closed under it", async () => {
    const disk = aDisk();
    const store = await halfDead(disk);
    const release = disk.files.hold("read");
    const reading = store.get("k00");
    for (let turns = 0; turns < 5; turns++) await new Promise(resolve => setImmediate(resolve));
    // The reads of others go on, and its own fails in the end.
    disk.files.hold("read")();
    await store.reclaim(limits);
    await store.list("");
    disk.files.failNext("read", "EBADF");
    release();
    expect((await reading).kind).toBe("found");
  });

  it("serves readers all the while, whatever step they come at", async () => {
    const store = await halfDead(aDisk());
    const reclaiming = { isOver: false };
    const work = store.reclaim(limits).finally(() => {
      reclaiming.isOver = true;
    });
    while (!reclaiming.isOver) await expectWhole(store, keys.filter(isOdd));
    expect((await work).packs).toBe(3);
  });

  it("does not bring back what is deleted while it is copied", async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const disk = aDisk(seed);
      const store = await halfDead(disk);
      const late = keys.filter((_, i) => i % 4 === 0);
      const work = store.reclaim(limits);
      for (let turns = 0; turns < seed; turns++) await new Promise(resolve => setImmediate(resolve));
      await Promise.all(late.map(key => store.delete([key])));
      // Without an index the packs alone say what is there: which record comes last.
      const left = { files: disk.files.kill(), index: aDisk(seed).index };
      const gone = [...keys.filter(isOdd), ...late];
      await expectWhole(await open(left), gone);
      await work;
      await expectWhole(store, gone);
      await expectWhole(await open({ files: disk.files.kill(), index: disk.index.kill() }), gone);
    }
  });

  it("leaves a pack with a damaged object as it is, and empties the others", async () => {
    const disk = aDisk();
    const store = await halfDead(disk);
    const file = await disk.files.open(`${directory}/00000001.pack`);
    await file.write([Buffer.from("damage")], 60);
    await file.close();
    expect((await store.reclaim(limits)).packs).toBe(2);
    expect(await disk.files.list(directory)).toContain("00000001.pack");
    await expect(store.get("k00")).rejects.toThrow("damaged");
    expect((await store.get("k02")).kind).toBe("found");
    expect(await store.reclaim(limits)).toEqual({ packs: 0, copiedBytes: 0 });
  });

  it("ends where the disk is full, and nothing is lost", async () => {
    const disk = aDisk();
    const store = await halfDead(disk);
    disk.files.failNext("write", "ENOSPC", 10);
    await expect(store.reclaim(limits)).rejects.toThrow("no space left");
    await expectWhole(store, keys.filter(isOdd));
    expect((await store.reclaim(limits)).packs).toBeGreaterThan(0);
  });
});

describe("a process that ends while it reclaims", () => {
  /** Reclaims up to a step of the file system, beside a deletion; then what `end` leaves is opened. */
  async function endAt(step: number, seed: number, end: "kill" | "powerLoss"): Promise<boolean> {
    const disk = aDisk(seed);
    const store = await halfDead(disk);
    const begun = disk.files.steps;
    disk.files.cutAt(begun + step);
    const work = Promise.all([store.reclaim(limits), store.delete(["k04"])]).then(() => store.close());
    const isCut = await Promise.race([disk.files.cut.then(() => true), work.then(() => false)]);
    const next = { files: disk.files[end](), index: disk.index[end]() };
    const again = await open(next);
    const gone = [...keys.filter(isOdd), ...(isCut ? [] : ["k04"])];
    await expectWhole(again, gone, ["k04"]);
    await again.reclaim(limits);
    await expectWhole(again, gone, ["k04"]);
    await again.close();
    return isCut;
  }

  it.each(["kill", "powerLoss"] as const)("loses nothing at any step (%s)", async end => {
    for (let seed = 1; seed <= 4; seed++) {
      let step = 1;
      while (await endAt(step, seed, end)) step++;
      expect(step).toBeGreaterThan(30);
    }
  });
});

describe("a data directory", () => {
  const newDirectory = temporaryDirectories();
  const mib = 1024 * 1024;

  it("is as small as what lives in it, once its packs were emptied", async () => {
    const dataDir = await newDirectory();
    const options = {
      dataDir,
      clock: new SystemClock(),
      crc32c: systemCodecs.crc32c,
      telemetry: silentTelemetry,
    };
    const stores = await openLocal({ ...options, packBytesMax: 2 * mib });
    const names = Array.from({ length: 40 }, (_, i) => `o${i}`);
    for (const name of names) await stores.objects.put(name, [Buffer.alloc(mib / 4, name)]);
    await stores.objects.delete(names.filter((_, i) => i % 4 !== 0));
    const before = await sizeOf(join(dataDir, "packs"));
    const done = await stores.reclaim({ deadShareMin: 0.5, deadBytesMin: mib / 2, bytesMax: 2 ** 30 });
    await stores.objects.list("");
    const after = await sizeOf(join(dataDir, "packs"));
    expect(done.copiedBytes).toBe(10 * (mib / 4));
    expect(before).toBeGreaterThan(10 * mib);
    expect(after).toBeLessThan(3 * mib);
    await stores.close();
    const again = await openLocal(options);
    for (const [i, name] of names.entries())
      expect((await again.objects.get(name)).kind).toBe(i % 4 === 0 ? "found" : "missing");
    await again.close();
  });
});

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async name => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
