/**
 * What the actors of a run share: the world, their client, which topics there are, and when to stop.
 */
import type { Topic } from "../../../lib/engine/index.ts";
import { defaultEngineOptions, type EngineOptions } from "../../../lib/engine/index.ts";
import type { TopicId } from "../../../lib/format/index.ts";
import type { LossRules } from "../checker/index.ts";
import { Client, clientTimeMs } from "../world/client.ts";
import type { Prng } from "../world/prng.ts";
import type { Life } from "../world/process.ts";
import type { NewBatches, Target } from "../world/requests.ts";
import type { World } from "../world/world.ts";

/** Short beside the freezes and delays of a run, so that late writers meet the floor. */
export const graceMs = 15_000;

/** Small enough that a few hundred requests meet every limit. */
export const stageEngineOptions: EngineOptions = {
  ...defaultEngineOptions,
  segmentBytes: 4 * 1024,
  lingerMs: 4,
  itemTierLingerMs: 1,
  itemTierBytes: 600,
  appendBufferBytes: 64 * 1024,
  flushesInFlight: 4,
  appendDeadlineMs: 20_000,
  requestDeadlineMs: 10_000,
  blockCacheBytes: 16 * 1024,
  watchPauseMs: 50,
  watchPauseMsMax: 1_000,
  topicTrustMs: 5_000,
  producerSnapshotEntries: 12,
  partitionsDefault: 2,
  sweep: { graceMs, restoreWindowMs: 0, table: "sim" },
  compaction: { ...defaultEngineOptions.compaction, targetBytes: 3_000, ageMs: 1_000, mergePages: 3 },
};

/** A topic that lives as long as the run: its name is its log. */
export type StableTopic = {
  readonly name: string;
  readonly partitions: number;
  readonly isStamped: boolean;
  readonly configs: Readonly<Record<string, string>>;
  /** What it may lose; nothing, unless told. */
  readonly rules?: LossRules;
};

/** What clients last heard of a topic whose name is used again and again. */
export type PassingTopic = { readonly name: string; known: { id: TopicId; partitions: number } | undefined };

/** The calendar leaps, and what was acknowledged is to be there in the end. */
const forEver = { "retention.ms": "-1" } as const;

export const stableTopics: readonly (StableTopic & { readonly configs: Readonly<Record<string, string>> })[] =
  [
    {
      name: "orders",
      partitions: 3,
      isStamped: false,
      configs: { "index.shard.partitions": "1", ...forEver },
    },
    {
      name: "clicks",
      partitions: 5,
      isStamped: false,
      configs: { "index.shard.partitions": "2", ...forEver },
    },
    {
      name: "audit",
      partitions: 2,
      isStamped: true,
      configs: { "message.timestamp.type": "LogAppendTime", ...forEver },
    },
  ];

/** More events than any run needs: past it, something goes round and round. */
export const stepsMax = 400_000;

const passingNames = ["blue", "green"] as const;

/** Where an actor writes to, or reads. */
export type Aim = Target & {
  readonly partition: number;
  readonly isStamped: boolean;
  /** Its records have keys. */
  readonly hasKeys?: boolean;
};

export type StageOptions = {
  readonly stable: readonly StableTopic[];
  readonly processes: readonly string[];
  /** Those that take appends; all of them unless told. */
  readonly writers?: readonly string[];
};

export class Stage {
  readonly world: World;
  readonly client: Client;
  readonly stable: readonly StableTopic[];
  readonly passing: readonly PassingTopic[] = passingNames.map(name => ({ name, known: undefined }));
  /** Names of processes, running or not. */
  readonly processes: readonly string[];
  readonly writers: readonly string[];
  /** Names that were deleted at least once. */
  readonly deletedNames = new Set<string>();
  /** The ids of the stable topics, by name. */
  readonly ids = new Map<string, TopicId>();
  isOver = false;
  /** Below 1 actors hurry and meet, above 1 they take their time. */
  pace = 1;
  #playing = 0;
  /** Share of all calls that the stores refuse with "slow down". */
  throttling = 0;

  constructor(world: World, options: StageOptions) {
    this.world = world;
    this.client = new Client(world);
    this.stable = options.stable;
    this.processes = options.processes;
    this.writers = options.writers ?? options.processes;
  }

  /** An actor thinks. */
  pause(ms: number): Promise<void> {
    return this.world.scheduler.sleep(ms * this.pace);
  }

  /** Starts all processes and creates the stable topics. */
  async setUp(lifeOptions: (process: string) => Parameters<World["start"]>[1]): Promise<void> {
    const { world } = this;
    for (const process of this.processes) world.start(process, lifeOptions(process));
    const life = world.life(this.processes[0] ?? "");
    await this.finish(
      Promise.all(
        this.stable.map(({ name, partitions, configs, rules }) =>
          this.client.admin(
            life,
            { op: "create", topic: name, partitions, ...(rules && { rules }) },
            async () => {
              const topic = await life.engine.topics.create({ name, partitions, configs });
              this.ids.set(name, topic.id);
              return topic;
            },
            this.logOf,
          ),
        ),
      ),
      10_000,
    );
  }

  /** Lets the world go on until `work` is done; false when that takes longer than `ms` of its time. */
  finish(work: Promise<unknown>, ms: number): Promise<boolean> {
    let isDone = false;
    void work.then(() => {
      isDone = true;
    });
    const untilMs = this.world.scheduler.nowMs + ms;
    return this.world.scheduler.runUntil(() => isDone, { untilMs, stepsMax });
  }

  /** Takes note of the actors that play: the run is quiet when all of them have gone. */
  play(actors: readonly Promise<void>[]): void {
    for (const actor of actors) {
      this.#playing++;
      void actor.then(() => {
        this.#playing--;
      });
    }
  }

  /** All actors have left the stage: nothing that was asked is open. */
  get isQuiet(): boolean {
    return this.#playing === 0;
  }

  /** For messages: what has no answer yet. */
  unfinished(): string {
    const open = new Map<number, string>();
    for (const event of this.world.history.events) {
      if (event.type === "invoke") open.set(event.id, `${event.op} ${event.id} by ${event.process}`);
      else if ("id" in event) open.delete(event.id);
    }
    return [...open.values()].join(", ") || "nothing that was asked";
  }

  /** A process to ask: mostly one that is awake; undefined while all are down. */
  pickLife(prng: Prng): Life | undefined {
    return this.#pick(prng, life => this.processes.includes(processOf(life)));
  }

  /** The same, to append to: not those that only serve readers, and so know of commits only what they look up. */
  pickWriter(prng: Prng): Life | undefined {
    return this.#pick(prng, life => this.writers.includes(processOf(life)));
  }

  #pick(prng: Prng, isFit: (life: Life) => boolean): Life | undefined {
    const lives = this.world.lives.filter(isFit);
    const awake = lives.filter(life => !life.gate.isFrozen);
    const from = awake.length > 0 && !prng.chance(0.05) ? awake : lives;
    return from.length === 0 ? undefined : prng.pick(from);
  }

  /** A partition to write or read; passing topics by their id most of the time, so that the history can tell them apart. */
  pickTarget(prng: Prng): Aim {
    const passing = this.passing.filter(topic => topic.known !== undefined);
    if (passing.length > 0 && prng.chance(0.2)) {
      const { name, known } = prng.pick(passing);
      const partition = prng.below(known?.partitions ?? 1);
      if (known === undefined || prng.chance(0.15)) return { topic: name, partition, isStamped: false };
      return { topic: name, topicId: known.id, log: logOf(name, known.id), partition, isStamped: false };
    }
    return aimAt(prng, prng.pick(this.stable));
  }

  /** Batches of new records for one target: mostly small, now and then more than an item-tier segment holds. */
  newBatches(prng: Prng, target: Aim): NewBatches {
    const batches = Array.from({ length: prng.chance(0.8) ? 1 : 2 }, () =>
      Array.from({ length: 1 + prng.below(3) }, () => ({
        value: this.world.nextValue(),
        timestampMs: clientTimeMs(this.world) - prng.below(20_000),
        paddingBytes: Math.floor(prng.chance(0.1) ? prng.spread(500, 2_500) : prng.spread(1, 150)),
        ...(target.hasKeys && drawKey(prng)),
      })),
    );
    return { ...target, batches };
  }

  /** What a client learns of topics with every answer. */
  heard(topics: readonly Topic[]): void {
    for (const { name, id, partitions } of topics) {
      const passing = this.passing.find(topic => topic.name === name);
      if (passing) passing.known = { id, partitions };
    }
  }

  readonly logOf = (topic: Pick<Topic, "name" | "id">): string =>
    this.stable.some(({ name }) => name === topic.name) ? topic.name : logOf(topic.name, topic.id);
}

/** A partition of a stable topic. */
export function aimAt(prng: Prng, { name, partitions, isStamped, rules }: StableTopic): Aim {
  const hasKeys = rules?.isCompact ?? false;
  return { topic: name, log: name, partition: prng.below(partitions), isStamped, hasKeys };
}

/** Few, so that each has many values; every sixth is a tombstone. */
const keys = ["a", "b", "c", "d", "e", "f", "g"] as const;

export function drawKey(prng: Prng): { readonly key: string; readonly isTombstone: boolean } {
  return { key: prng.pick(keys), isTombstone: prng.chance(1 / 6) };
}

/** The log of a topic whose name is used again. */
export function logOf(name: string, id: TopicId): string {
  return `${name}@${id}`;
}

/** `p2` of `p2.7`. */
export function processOf(life: Life): string {
  return life.name.split(".")[0] ?? life.name;
}
