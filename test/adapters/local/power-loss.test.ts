/**
 * The pack files through power losses at every step of the file system: what was acknowledged is there, what was
 * deleted is gone, what was under way is there whole or not at all.
 */
import { describe, expect, it } from "vitest";
import { LocalObjectStore } from "../../../lib/adapters/local/index.ts";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { silentTelemetry } from "../../../lib/ports/index.ts";
import { type Chance, DroppingFileLayer, seededChance } from "../../support/dropping-file-layer.ts";
import { DroppingObjectIndex } from "../../support/dropping-object-index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const directory = "/data/packs";
/** A few records: packs roll and empty all the time. */
const packBytesMax = 1500;

/** Anything dead is worth the copying of the rest. */
const reclaiming = { deadShareMin: 0.2, deadBytesMin: 1, bytesMax: 2000 };

/** What must be so of a key after the power is back. */
type Fate = "there" | "gone" | "either";
type Disk = { readonly files: DroppingFileLayer; readonly index: DroppingObjectIndex };

class Run {
  readonly chance: Chance;
  readonly fates = new Map<string, Fate>();
  readonly bodies = new Map<string, Buffer>();
  disk: Disk;
  #clock = new ManualClock();
  #keys = 0;
  acknowledged = 0;
  copiedBytes = 0;

  constructor(seed: number) {
    this.chance = seededChance(seed);
    this.disk = { files: new DroppingFileLayer(this.chance), index: new DroppingObjectIndex(this.chance) };
  }

  open(): Promise<LocalObjectStore> {
    this.#clock = new ManualClock();
    return LocalObjectStore.open(
      { ...this.disk, clock: this.#clock, crc32c: systemCodecs.crc32c, telemetry: silentTelemetry },
      { directory, packBytesMax },
    );
  }

  /** Works until the power goes, or for `actions` of each of four actors. Answers whether the power went. */
  async workUntilCut(actions: number): Promise<boolean> {
    const store = await Promise.race([this.open(), this.disk.files.cut]);
    if (!store) return true;
    const actors = Array.from({ length: 4 }, async () => {
      for (let i = 0; i < actions; i++) await this.#act(store);
    });
    const work = Promise.all(actors).then(() => store.close());
    return Promise.race([this.disk.files.cut.then(() => true), work.then(() => false)]);
  }

  kill(): void {
    this.disk = { files: this.disk.files.kill(), index: this.disk.index.kill() };
  }

  powerLoss(): void {
    this.disk = { files: this.disk.files.powerLoss(), index: this.disk.index.powerLoss() };
  }

  async #act(store: LocalObjectStore): Promise<void> {
    const choice = this.chance();
    if (choice < 0.6) await this.#put(store);
    else if (choice < 0.85) await this.#delete(store);
    else if (choice < 0.92) await this.#clock.advance(600);
    else if (choice < 0.97) this.copiedBytes += (await store.reclaim(reclaiming)).copiedBytes;
    else await store.list("");
  }

  async #put(store: LocalObjectStore): Promise<void> {
    const key = `k${this.#keys++}`;
    const size = Math.floor(this.chance() ** 2 * 900);
    const body = Buffer.from(Array.from({ length: size }, () => this.chance() * 256));
    this.bodies.set(key, body);
    this.fates.set(key, "either");
    await store.put(key, [body.subarray(0, size / 3), body.subarray(size / 3)]);
    this.fates.set(key, "there");
    this.acknowledged++;
  }

  async #delete(store: LocalObjectStore): Promise<void> {
    const there = [...this.fates].filter(([, fate]) => fate === "there").map(([key]) => key);
    // Mostly the oldest, so that whole packs empty.
    const from = this.chance() < 0.8 ? 0 : Math.floor(this.chance() * there.length);
    const keys = there.slice(from, from + 1 + Math.floor(this.chance() * 6));
    for (const key of keys) this.fates.set(key, "either");
    await store.delete(keys);
    for (const key of keys) this.fates.set(key, "gone");
    this.acknowledged++;
  }

  /** Reads everything back; what may be either is from now on as it was found. */
  async check(): Promise<void> {
    const store = await this.open();
    const listed = new Set((await store.list("")).objects.map(object => object.key));
    for (const [key, fate] of this.fates) {
      const found = await store.get(key);
      expect(listed.has(key), `${key} is listed as it is found`).toBe(found.kind === "found");
      if (found.kind === "found")
        expect(Buffer.from(found.bytes).equals(this.bodies.get(key) ?? Buffer.of())).toBe(true);
      if (fate === "either") this.fates.set(key, found.kind === "found" ? "there" : "gone");
      else expect(found.kind, `${key} is ${fate}`).toBe(fate === "there" ? "found" : "missing");
    }
    await store.close();
  }
}

/** One run through several losses of power, each at the step that `cutAt` names. */
async function survive(seed: number, cuts: readonly number[]): Promise<Run> {
  const run = new Run(seed);
  for (const cutAt of cuts) {
    run.disk.files.cutAt(cutAt);
    await run.workUntilCut(15);
    if (run.chance() < 0.5) {
      // What a new process has shown must outlast a power loss too, whoever wrote it.
      run.kill();
      await run.check();
    }
    run.powerLoss();
    await run.check();
  }
  return run;
}

describe("a power loss", () => {
  it("at any step of a run loses nothing acknowledged", async () => {
    const whole = new Run(1);
    expect(await whole.workUntilCut(15)).toBe(false);
    const steps = whole.disk.files.steps;
    expect(steps).toBeGreaterThan(150);
    for (let cutAt = 1; cutAt <= steps + 1; cutAt++) await survive(1, [cutAt]);
  });

  it("again and again loses nothing acknowledged, whatever was left of the last one", async () => {
    let acknowledged = 0;
    let copiedBytes = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const chance = seededChance(seed * 7919);
      const cuts = Array.from({ length: 6 }, () => 1 + Math.floor(chance() * 120));
      const run = await survive(seed, cuts);
      acknowledged += run.acknowledged;
      copiedBytes += run.copiedBytes;
    }
    expect(acknowledged).toBeGreaterThan(2000);
    expect(copiedBytes).toBeGreaterThan(1000);
  });

  it("after a full disk does not bring back what was refused", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const run = new Run(seed);
      const store = await run.open();
      await store.put("before", [Buffer.from("before")]);
      run.disk.files.failNext("write", "ENOSPC", Math.floor(run.chance() * 200));
      await expect(store.put("refused", [Buffer.alloc(150, 1)])).rejects.toThrow("no space left");
      run.powerLoss();
      const again = await run.open();
      expect(await again.get("refused")).toEqual({ kind: "missing" });
      expect((await again.get("before")).kind).toBe("found");
      await again.close();
    }
  });
});
