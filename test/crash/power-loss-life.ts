/**
 * One life of the log that ends with a power loss, as a program: the engine over the embedded stores, whose pack files
 * go through a layer that keeps in memory what was not synced. At a step chosen by the seed the power goes: no call on a
 * file returns any more; what the disk would hold then is written to the data directory, any part of the unsynced bytes
 * among it, and the process kills itself, so that SQLite ends as it ends in a crash.
 *
 * The last life has no power loss and the machine's own files: it reads everything back, and looks through all that is stored.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type FileLayer, type LocalStores, openLocal, systemFiles } from "../../lib/adapters/local/index.ts";
import { SystemClock, SystemRandom, systemCodecs } from "../../lib/adapters/system/index.ts";
import { defaultEngineOptions, Engine } from "../../lib/engine/index.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { type HistoryEvent, HistoryWriter } from "../sim/checker/index.ts";
import { Prng } from "../sim/world/prng.ts";
import { DroppingFileLayer } from "../support/dropping-file-layer.ts";
import type { Place } from "./connection.ts";
import { EngineConnection } from "./engine-connection.ts";
import { foundWrong } from "./stores.ts";
import { Workload } from "./workload.ts";

/** What the program is told, as JSON in its first argument. */
export type LifeOrder = {
  readonly seed: string;
  readonly name: string;
  readonly kind: "first" | "later" | "last";
  readonly dataDir: string;
  /** Where its report goes. */
  readonly report: string;
};

/** What the program leaves behind. */
export type LifeReport = {
  readonly events: readonly HistoryEvent[];
  readonly openMs: number | undefined;
  readonly underWay: number;
  /** What the last life found wrong in what is stored. */
  readonly problems: readonly string[];
};

const topic = "events";
/** More than one sequencer orders. */
const partitions = 10;
const places: readonly Place[] = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
const writers = 6;
/** Small, so that new packs are made while the power can go. */
const packBytesMax = 512 * 1024;
/** The power goes after so many steps of the file layer, or after this long. */
const steps = { min: 2, max: 1_500 } as const;
const lifeMsMax = 1_500;

class PowerLossLife {
  readonly #order: LifeOrder;
  readonly #random: Prng;
  readonly #clock = new SystemClock();
  readonly #history = new HistoryWriter({ now: () => Math.round(performance.now()) });
  #workload: Workload | undefined;
  #openMs: number | undefined;
  readonly #problems: string[] = [];

  constructor(order: LifeOrder) {
    this.#order = order;
    this.#random = new Prng(`power-loss/${order.seed}/${order.name}`);
  }

  async run(): Promise<void> {
    if (this.#order.kind === "last") await this.#readBack();
    else await this.#liveUntilPowerLoss();
  }

  async #liveUntilPowerLoss(): Promise<void> {
    const { dataDir, kind } = this.#order;
    const files = await loadFiles(dataDir, () => this.#random.number());
    const stepsLeft = Math.round(this.#random.spread(steps.min, steps.max));
    // The first life has its topics before anything can be lost: they are what the test is not about.
    if (kind === "later") files.cutAt(files.steps + stepsLeft);
    const living = this.#open(files).then(async ({ engine }) => {
      if (kind === "first") {
        await this.#createTopic(engine);
        files.cutAt(files.steps + stepsLeft);
      }
      await this.#work(engine);
    });
    await Promise.race([files.cut, living.then(() => Promise.race([files.cut, sleep(lifeMsMax)]))]);
    // From here on no call returns: what is acknowledged was durable before.
    files.cutAt(0);
    await saveFiles(files.powerLoss(), dataDir);
    this.#report();
    process.kill(process.pid, "SIGKILL");
  }

  async #readBack(): Promise<void> {
    const { stores, engine } = await this.#open(systemFiles);
    const workload = this.#newWorkload();
    this.#history.final();
    for (const place of places) await workload.readAll(new EngineConnection(engine), place);
    this.#problems.push(...foundWrong(await engine.fsck()));
    await engine.drain();
    await stores.close();
    this.#report();
  }

  async #open(files: FileLayer): Promise<{ readonly stores: LocalStores; readonly engine: Engine }> {
    const startedMs = performance.now();
    const parts = { clock: this.#clock, telemetry: silentTelemetry };
    const { dataDir } = this.#order;
    const stores = await openLocal({ ...parts, dataDir, crc32c: systemCodecs.crc32c, files, packBytesMax });
    const engine = new Engine(
      { ...parts, ...stores, random: new SystemRandom(), codecs: systemCodecs },
      // Small segments: many puts, most of them to the packs.
      { ...defaultEngineOptions, itemTierBytes: 1024, lingerMs: 1, segmentBytes: 64 * 1024 },
    );
    await engine.checkFormat();
    this.#openMs = performance.now() - startedMs;
    return { stores, engine };
  }

  async #createTopic(engine: Engine): Promise<void> {
    const id = this.#history.invoke(this.#order.name, { op: "create", topic, partitions });
    await engine.topics.create({ name: topic, partitions });
    this.#history.ok(id, { op: "done" });
  }

  async #work(engine: Engine): Promise<void> {
    const workload = this.#newWorkload();
    this.#workload = workload;
    const name = (kind: string, n: number): string => `${this.#order.seed}.${this.#order.name}.${kind}-${n}`;
    // Until the power goes: nobody waits for them.
    for (let n = 0; n < writers; n++) void workload.write(name("writer", n), new EngineConnection(engine));
    void workload.read(name("reader", 0), new EngineConnection(engine));
  }

  #newWorkload(): Workload {
    return new Workload(
      { history: this.#history, random: this.#random },
      { name: this.#order.name, places, isOrderedBy: "life" },
    );
  }

  #report(): void {
    const report: LifeReport = {
      events: this.#history.events,
      openMs: this.#openMs,
      underWay: this.#workload?.underWay ?? 0,
      problems: this.#problems,
    };
    writeFileSync(this.#order.report, JSON.stringify(report));
  }
}

/** The pack files of the directory as they survived, in a layer that forgets. */
async function loadFiles(dataDir: string, chance: () => number): Promise<DroppingFileLayer> {
  // SQLite's files are the machine's own.
  mkdirSync(join(dataDir, "packs"), { recursive: true });
  const files = new DroppingFileLayer(chance);
  await files.makeDirectory(dataDir);
  await files.makeDirectory(join(dataDir, "packs"));
  const names = await readdir(join(dataDir, "packs"));
  const paths = names.map(name => join(dataDir, "packs", name));
  if ((await readdir(dataDir)).includes("format")) paths.push(join(dataDir, "format"));
  for (const path of paths) {
    const file = await files.create(path);
    await file.write([await readFile(path)], 0);
    await file.sync();
  }
  await files.syncDirectory(dataDir);
  await files.syncDirectory(join(dataDir, "packs"));
  return files;
}

/** Puts what is left in the layer in the place of what was there. */
async function saveFiles(files: DroppingFileLayer, dataDir: string): Promise<void> {
  rmSync(join(dataDir, "format"), { force: true });
  rmSync(join(dataDir, "packs"), { recursive: true });
  mkdirSync(join(dataDir, "packs"));
  for (const directory of [dataDir, join(dataDir, "packs")])
    for (const name of await files.list(directory)) {
      const file = await files.open(join(directory, name));
      writeFileSync(join(directory, name), await file.read(0, await file.size()));
    }
}

// The engine's timers keep no process alive; this one does.
const alive = setInterval(() => undefined, 60_000);
await new PowerLossLife(JSON.parse(process.argv[2] ?? "{}")).run();
clearInterval(alive);
