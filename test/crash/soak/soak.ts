/**
 * The soak: the real server under producers and groups, with an upkeep that hardly rests, killed about once a minute and started
 * again on the same directory. After each start, before anyone works, everything that is stored is checked, every group is
 * asked where it is, and everything is read back.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpConnection } from "../../../bench/http-connection.ts";
import { sendWell } from "../../../bench/rest-client.ts";
import { ServerProcess } from "../../../bench/server-process.ts";
import { messageOf, present } from "../../../lib/std/index.ts";
import type { Prng } from "../../sim/world/prng.ts";
import { openMsMax } from "../round.ts";
import { Crew, createTopic, deleteTopic, type Pace, type ServerLife } from "./crew.ts";
import { bytesOnDisk, type Counted, mapCounters, nothingCounted, ServerFigures } from "./figures.ts";
import { soakTopics } from "./topics.ts";

/** What a round, or all of them, brought. */
export type SoakFigures = {
  readonly kills: number;
  readonly remade: number;
  readonly acknowledged: number;
  readonly commits: number;
  readonly readBack: number;
  readonly counted: Counted;
  readonly residentBytesMax: number;
  readonly processorSeconds: number;
  readonly diskBytes: number;
  /** Chunks and bytes whose checksums the last check read. */
  readonly checkedChunks: number;
  readonly checkedBytes: number;
};

export type SoakOptions = {
  readonly directory: string;
  /** How long a server lives, ms, about. */
  readonly lifeMs: number;
  readonly pace: Pace;
};

/** Rests are short, objects small, and rubbish is soon old enough: in an hour everything happens hundreds of times. */
const serverArgs = [
  ...["--upkeep", "on", "--upkeep-pause-ms", "500"],
  ...["--compaction-age-ms", "2000", "--compaction-target-bytes", String(1024 * 1024)],
  ...["--sweep-grace-ms", "10000", "--segment-bytes", String(256 * 1024)],
  ...["--group-min-session-timeout-ms", "1000"],
];
const lookMs = 2_000;
const upkeepMs = 12_000;
/** One fault may show in every record. */
const problemsMax = 1_000;

export class Soak {
  readonly #random: Prng;
  readonly #options: SoakOptions;
  readonly #problems: string[] = [];
  readonly #problem = (line: string): void => {
    if (this.#problems.length < problemsMax) this.#problems.push(line);
  };
  readonly #crews: Crew[];
  #incarnations = 0;
  #endedAcknowledged = 0;
  /** The topic that is made anew may be half-deleted, or missing. */
  #isRemaking = false;
  #remaking: Promise<void> = Promise.resolve();
  #isPrepared = false;
  #kills = 0;
  #readBack = 0;
  #counted: Counted = nothingCounted;
  #residentBytesMax = 0;
  #processorSeconds = 0;
  #checkedChunks = 0;
  #checkedBytes = 0;

  constructor(deps: { readonly random: Prng }, options: SoakOptions) {
    this.#random = deps.random;
    this.#options = options;
    this.#crews = soakTopics.map(topic => new Crew(topic.name, topic, this.#crewDeps));
  }

  /** What is wrong so far. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  get figures(): SoakFigures {
    const sum = (of: (crew: Crew) => number): number =>
      this.#crews.reduce((total, crew) => total + of(crew), 0);
    return {
      kills: this.#kills,
      remade: this.#incarnations,
      acknowledged: this.#endedAcknowledged + sum(({ acknowledged }) => acknowledged),
      commits: sum(({ commits }) => commits),
      readBack: this.#readBack,
      counted: this.#counted,
      residentBytesMax: this.#residentBytesMax,
      processorSeconds: this.#processorSeconds,
      diskBytes: bytesOnDisk(this.#dataDir),
      checkedChunks: this.#checkedChunks,
      checkedBytes: this.#checkedBytes,
    };
  }

  /** One life of the server, to its kill. Never throws for what the log does. */
  async round(): Promise<void> {
    await this.#guarded(async () => {
      if (this.#random.chance(0.2)) await this.#killWhileStarting();
      const server = await this.#start();
      const life: ServerLife = { url: server.url, kafkaAddress: server.kafkaAddress, isOver: false };
      const figures = new ServerFigures(server);
      try {
        await this.#prepare(life);
        await this.#examine(life);
        await this.#live(life, figures);
      } finally {
        await this.#kill(server, life, figures);
      }
    });
  }

  /** The last life: nobody works, what was unanswered is answered, everything is checked, and the server ends well. */
  async last(): Promise<void> {
    await this.#guarded(async () => {
      const server = await this.#start();
      const life: ServerLife = { url: server.url, kafkaAddress: server.kafkaAddress, isOver: false };
      await this.#prepare(life);
      for (const crew of this.#crews) await crew.finish(life);
      await this.#upkeep(life);
      await this.#examine(life);
      const code = await server.stop();
      if (code !== 0) this.#problem(`the last server ended with ${code}`);
      this.#doctor();
    });
  }

  get #crewDeps() {
    return { random: this.#random, problems: this.#problem };
  }

  get #dataDir(): string {
    return join(this.#options.directory, "data");
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#problem(error instanceof Error ? (error.stack ?? messageOf(error)) : String(error));
    }
  }

  #start(): Promise<ServerProcess> {
    return ServerProcess.start(["--data-dir", this.#dataDir, ...serverArgs], { readyMsMax: openMsMax });
  }

  async #killWhileStarting(): Promise<void> {
    const afterMs = this.#random.between(50, 800);
    const started = ServerProcess.start(["--data-dir", this.#dataDir, ...serverArgs], {
      readyMsMax: openMsMax,
      onSpawned: kill => setTimeout(kill, afterMs),
    });
    this.#kills++;
    // Ready before the kill came: then it dies now.
    await started.then(
      server => server.kill(),
      () => undefined,
    );
  }

  /** Topics are there, also those that the last server was killed over. */
  async #prepare(life: ServerLife): Promise<void> {
    if (this.#isRemaking) await this.#remake(life);
    if (!this.#isPrepared) for (const { topic } of this.#crews) await createTopic(life, topic);
    this.#isPrepared = true;
  }

  async #examine(life: ServerLife): Promise<void> {
    const connection = new HttpConnection(life.url);
    const { faults, chunks, bytes } = JSON.parse(
      (await sendWell(connection, { method: "POST", path: "/check" })).toString(),
    );
    connection.close();
    this.#checkedChunks = chunks;
    this.#checkedBytes = bytes;
    for (const fault of faults) this.#problem(`fsck: ${JSON.stringify(fault)}`);
    for (const crew of this.#crews) {
      await crew.askGroups(life);
      this.#readBack += await crew.readBack(life);
    }
  }

  async #live(life: ServerLife, figures: ServerFigures): Promise<void> {
    const random = this.#random;
    const untilMs = performance.now() + this.#options.lifeMs * random.between(0.5, 1.5);
    for (const crew of this.#crews) crew.work(life, this.#options.pace);
    const remakeMs = random.chance(0.5)
      ? performance.now() + this.#options.lifeMs * random.number()
      : untilMs;
    let [upkeepAtMs, isRemade] = [performance.now() + random.between(0, upkeepMs), false];
    while (performance.now() < untilMs) {
      await figures.look();
      if (!isRemade && performance.now() >= remakeMs) {
        isRemade = true;
        this.#remaking = this.#remakeAtWork(life);
        // A deletion and what follows it are killed over as well, now and then.
        if (random.chance(0.3)) return sleep(random.between(0, 100));
        await this.#remaking;
      }
      if (performance.now() >= upkeepAtMs) {
        upkeepAtMs = performance.now() + upkeepMs;
        await this.#upkeep(life);
      }
      await sleep(Math.min(lookMs, Math.max(0, untilMs - performance.now())));
    }
    await figures.look();
    // Half of the kills come in the middle of a round of upkeep.
    if (random.chance(0.5)) void this.#upkeep(life).catch(() => undefined);
    await sleep(random.between(0, 300));
  }

  async #kill(server: ServerProcess, life: ServerLife, figures: ServerFigures): Promise<void> {
    const dead = server.kill();
    life.isOver = true;
    await dead;
    this.#kills++;
    await this.#remaking;
    for (const crew of this.#crews) await crew.rest();
    figures.close();
    const { counted, residentBytesMax, processorSeconds } = figures;
    this.#counted = mapCounters(name => this.#counted[name] + counted[name]);
    this.#residentBytesMax = Math.max(this.#residentBytesMax, residentBytesMax);
    this.#processorSeconds += processorSeconds;
  }

  async #remakeAtWork(life: ServerLife): Promise<void> {
    try {
      const crew = await this.#remake(life);
      if (!life.isOver) crew.work(life, this.#options.pace);
    } catch (error) {
      if (!life.isOver) this.#problem(`remaking: ${messageOf(error)}`);
    }
  }

  /** Deletes a topic, and makes it anew. What it throws leaves it to the next life. */
  async #remake(life: ServerLife): Promise<Crew> {
    this.#isRemaking = true;
    const index = this.#crews.findIndex(({ topic }) => topic.isRemade);
    const before = present(this.#crews[index], "a topic that is remade");
    // Its producers hear of it in the middle of their work.
    const ended = before.end();
    await deleteTopic(life, before.topic);
    await ended;
    await createTopic(life, before.topic);
    this.#isRemaking = false;
    this.#endedAcknowledged += before.acknowledged;
    const crew = new Crew(`${before.topic.name}.${++this.#incarnations}`, before.topic, this.#crewDeps);
    this.#crews[index] = crew;
    return crew;
  }

  /** A round by hand, with a sweep: a server sweeps by itself only now and then. */
  async #upkeep(life: ServerLife): Promise<void> {
    const connection = new HttpConnection(life.url);
    const { round, refused } = JSON.parse(
      (await sendWell(connection, { method: "POST", path: "/upkeep" })).toString(),
    );
    connection.close();
    for (const failure of round.failures) this.#problem(`upkeep: ${JSON.stringify(failure)}`);
    if (round.lost > 0) this.#problem(`upkeep: ${round.lost} chunks could not be read`);
    if (refused !== undefined) this.#problem(`upkeep: no sweep: ${refused}`);
  }

  /** As a person would ask: of a directory that nobody has open. */
  #doctor(): void {
    const bin = join(import.meta.dirname, "..", "..", "..", "bin", "cumulog.js");
    const args = [bin, "doctor", "--deep", "--data-dir", this.#dataDir, "--json"];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    const { findings }: { findings: readonly { part: string; state: string; message: string }[] } =
      JSON.parse(
        stdout || `{"findings":[{"part":"records","state":"problem","message":"${stderr.length}"}]}`,
      );
    const records = findings.filter(({ part }) => part === "records");
    if (records.length === 0 || records.some(({ state }) => state !== "ok"))
      this.#problem(`doctor --deep: ${JSON.stringify(records)}`);
  }
}
