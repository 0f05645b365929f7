/**
 * The world of the topics model: the topic item of the one name, the sequencers of every topic that ever had it,
 * the global floor, the stored segments, and where each process stands. Everything is replaced, never changed in place.
 */
import type { KeyWriter } from "./keys.ts";
import { at } from "./lists.ts";
import type { NaiveTopic, TopicBounds } from "./topics.ts";

/** Shards of a topic once it is grown. */
export const shardsMax = 2;

/** `id` counts the topics that ever had the name; a handle to one is its id. */
export type TopicItem = {
  readonly id: number;
  readonly status: "creating" | "active" | "deleting";
  readonly shards: number;
};
const statuses = ["creating", "active", "deleting"] as const;

export type Sequencer = {
  readonly floor: number;
  readonly sealed: boolean;
  /** Bits by writer: whose segment was committed here. */
  readonly committed: number;
  /** Ghost: the topic for which it was made. */
  readonly madeFor: number;
};

/** The steps of a piece of administration; World.orderOf puts them in order. `done` and `idle` have none. */
export type AdminPhase =
  | "idle"
  | "item"
  | "floor"
  | "sequencers"
  | "activate"
  | "mark"
  | "seal"
  | "record"
  | "free"
  | "done";
const adminPhases: readonly AdminPhase[] = [
  "idle",
  "item",
  "floor",
  "sequencers",
  "activate",
  "mark",
  "seal",
  "record",
  "free",
  "done",
];

export type Admin = {
  readonly phase: AdminPhase;
  /** The topic item as this process wrote or met it. */
  readonly id: number;
  readonly shards: number;
  /** The next sequencer to create or seal. */
  readonly shard: number;
  readonly floor: number;
};

export type Writer = {
  readonly phase: "idle" | "commit" | "acknowledged" | "refused";
  readonly id: number;
  readonly shard: number;
  /** Ghost: it was committed after the topic's name had been freed. */
  readonly afterDeletion: boolean;
  /** Ghost: the topic whose sequencer took it. */
  readonly takenBy: number;
};
const writerPhases = ["idle", "commit", "acknowledged", "refused"] as const;

export type Sweeper = {
  readonly phase: "global" | "list" | "floor" | "raise" | "links" | "delete" | "done";
  /** What was listed; no topic: -1. */
  readonly id: number;
  readonly shards: number;
  readonly shard: number;
  /** The global floor after the list was read: what a missing sequencer is created with. */
  readonly floor: number;
  /** Bits by writer. */
  readonly linked: number;
};
const sweeperPhases = ["global", "list", "floor", "raise", "links", "delete", "done"] as const;

export type State = {
  /** C/floor. */
  globalFloor: number;
  topic: TopicItem | undefined;
  /** Ids given to topics so far. */
  topics: number;
  /** Topic items whose first write timed out and is still in the network. Sorted. */
  late: readonly number[];
  /** By place of the topic and shard; see World.place. */
  readonly sequencers: (Sequencer | undefined)[];
  /** Bits by id. */
  purgeRecords: number;
  /** Ghosts, bits by id: topics that had the name, and those whose name was freed. */
  created: number;
  freed: number;
  /** Bits by writer: its segment is stored. */
  stored: number;
  readonly admins: Admin[];
  readonly finishers: Admin[];
  readonly writers: Writer[];
  readonly sweepers: Sweeper[];
  kills: number;
  faults: number;
};

/** The bounds with their defaults, and where the items of a topic lie. */
export class World {
  readonly bounds: TopicBounds;
  readonly #topicsMax: number;

  constructor(bounds: TopicBounds) {
    this.bounds = bounds;
    this.#topicsMax = bounds.admins.filter(job => job === "create").length;
  }

  initial(): State {
    const { admins, finishers, kills, faults, writers, sweeps } = this.bounds;
    const phase = at(this.sweepOrder(), 0);
    const nothing = { id: -1, shards: 0, shard: 0, floor: 0 };
    return {
      globalFloor: 0,
      topic: undefined,
      topics: 0,
      late: [],
      sequencers: new Array(this.#topicsMax * shardsMax).fill(undefined),
      purgeRecords: 0,
      created: 0,
      freed: 0,
      stored: 0,
      admins: admins.map(job => ({ ...nothing, phase: at(this.orderOf(job), 0) })),
      finishers: new Array(finishers ?? 0).fill({ ...nothing, phase: "idle" }),
      writers: (writers ?? []).map(() => ({
        phase: "idle",
        id: -1,
        shard: 0,
        afterDeletion: false,
        takenBy: -1,
      })),
      sweepers: (sweeps ?? []).map(() => ({ ...nothing, phase, linked: 0 })),
      kills: kills ?? 0,
      faults: faults ?? 0,
    };
  }

  /** Whether this world breaks that rule. */
  is(naive: NaiveTopic): boolean {
    return this.bounds.naive === naive;
  }

  /** Where a topic's sequencer lies: by topic id, which the naive recreation keeps. */
  place(id: number, shard: number): number {
    return (this.is("recreates under the old id") ? 0 : id) * shardsMax + shard;
  }

  /** Creating and growing go one way, deleting another. */
  orderOf(job: "create" | "grow" | "delete"): readonly AdminPhase[] {
    if (job === "delete") {
      if (this.is("frees the name before sealing")) return ["mark", "record", "free", "seal"];
      if (this.is("frees the name before the purge record")) return ["mark", "seal", "free", "record"];
      return ["mark", "seal", "record", "free"];
    }
    if (this.is("reads the floor before writing the topic item"))
      return ["floor", "item", "sequencers", "activate"];
    if (this.is("activates before its sequencers are there"))
      return ["item", "floor", "activate", "sequencers"];
    return ["item", "floor", "sequencers", "activate"];
  }

  sweepOrder(): readonly Sweeper["phase"][] {
    if (this.is("lists topics before raising the global floor"))
      return ["list", "global", "floor", "raise", "links", "delete"];
    if (this.is("reads links before raising the floors"))
      return ["global", "list", "links", "floor", "raise", "delete"];
    return ["global", "list", "floor", "raise", "links", "delete"];
  }

  /** W of a sweep. */
  wOf(sweeper: number): number {
    return at(this.bounds.sweeps ?? [], sweeper);
  }

  timeOf(writer: number): number {
    return at(this.bounds.writers ?? [], writer);
  }
}

export function copyState(state: State): State {
  return {
    globalFloor: state.globalFloor,
    topic: state.topic,
    topics: state.topics,
    late: state.late,
    sequencers: state.sequencers.slice(),
    purgeRecords: state.purgeRecords,
    created: state.created,
    freed: state.freed,
    stored: state.stored,
    admins: state.admins.slice(),
    finishers: state.finishers.slice(),
    writers: state.writers.slice(),
    sweepers: state.sweepers.slice(),
    kills: state.kills,
    faults: state.faults,
  };
}

export function writeKey(state: State, key: KeyWriter): void {
  key.small(state.globalFloor);
  key.small(state.topic ? statuses.indexOf(state.topic.status) : -1);
  key.small(state.topic?.id ?? -1);
  key.small(state.topic?.shards ?? 0);
  key.small(state.topics);
  key.each(state.late, writeId);
  for (const sequencer of state.sequencers) writeSequencer(sequencer, key);
  key.small(state.purgeRecords);
  key.small(state.created);
  key.small(state.freed);
  key.small(state.stored);
  for (const admin of state.admins) writeAdmin(admin, key);
  for (const finisher of state.finishers) writeAdmin(finisher, key);
  for (const writer of state.writers) writeWriter(writer, key);
  for (const sweeper of state.sweepers) writeSweeper(sweeper, key);
  key.small(state.kills);
  key.small(state.faults);
}

function writeId(id: number, key: KeyWriter): void {
  key.small(id);
}

function writeSequencer(sequencer: Sequencer | undefined, key: KeyWriter): void {
  key.small(sequencer?.madeFor ?? -1);
  if (!sequencer) return;
  key.small(sequencer.floor * 2 + (sequencer.sealed ? 1 : 0));
  key.small(sequencer.committed);
}

function writeAdmin(admin: Admin, key: KeyWriter): void {
  key.small(adminPhases.indexOf(admin.phase));
  key.small(admin.id);
  key.small(admin.shards * 4 + admin.shard);
  key.small(admin.floor);
}

function writeWriter(writer: Writer, key: KeyWriter): void {
  key.small(writerPhases.indexOf(writer.phase));
  key.small(writer.id);
  key.small(writer.shard * 2 + (writer.afterDeletion ? 1 : 0));
  key.small(writer.takenBy);
}

function writeSweeper(sweeper: Sweeper, key: KeyWriter): void {
  key.small(sweeperPhases.indexOf(sweeper.phase));
  key.small(sweeper.id);
  key.small(sweeper.shards * 4 + sweeper.shard);
  key.small(sweeper.floor);
  key.small(sweeper.linked);
}
