/**
 * Model of creating, growing, deleting and recreating a topic under one name, against
 * sweeps that raise the global floor and against writers that froze with an old segment in hand. Any admin may be
 * killed half-way; whoever meets `creating` or `deleting` finishes it.
 *
 * Not in it: the log itself (a sequencer is a floor, a seal and a set of segments), partition attributes within
 * one sequencer, and the end of a purge: the sealed sequencers of a deleted topic outlive every step of this model.
 *
 * `naiveTopics` below is the table of the rules: what one would rather do, and the invariant which that breaks.
 */
import type { Model } from "./checker.ts";
import type { NaiveCase } from "./naive-case.ts";
import { administer, deliverLate, finish } from "./topics-admin.ts";
import { topicInvariants, topicInvariantsAtRest } from "./topics-invariants.ts";
import { copyState, type State, World, writeKey } from "./topics-state.ts";
import { purge, sweep } from "./topics-sweep.ts";
import { write } from "./topics-writer.ts";

export type TopicInvariant =
  | "I1 bytes are kept"
  | "I1 entries are kept"
  | "I1 topics are kept"
  | "I2 a handle is for one topic"
  | "I7 a deleted topic takes no record"
  | "I11 a freed name leaves its purge record"
  | "I12 what was begun is finished"
  | "I12 an active topic takes records";

/** Each removes one rule. */
export type NaiveTopic =
  | "reads the floor before writing the topic item"
  | "creates sequencers without the floor"
  | "creates sequencers over what is there"
  | "activates before its sequencers are there"
  | "activates whatever is there"
  | "waits at a sealed sequencer"
  | "leaves a sealed topic active"
  | "leaves missing sequencers unsealed"
  | "frees the name before sealing"
  | "frees the name before the purge record"
  | "frees the name of whoever has it"
  | "recreates under the old id"
  | "purges sequencers at once"
  | "commits below the floor"
  | "skips a missing sequencer"
  | "creates a missing sequencer with its own W"
  | "lists topics before raising the global floor"
  | "reads links before raising the floors"
  | "lowers the global floor";

export type TopicBounds = {
  /** What administrators do, each once, in any order and at any pace. */
  readonly admins: readonly ("create" | "grow" | "delete")[];
  /** Those who finish what they meet; each as often as there is something. */
  readonly finishers?: number;
  /** Administrators that may be killed half-way. */
  readonly kills?: number;
  /** First writes of a topic item that time out and arrive late, perhaps when the topic is long deleted. */
  readonly faults?: number;
  /** The segment time of each writer; each puts one segment and commits it once. */
  readonly writers?: readonly number[];
  /** The W of each sweep; they run concurrently. */
  readonly sweeps?: readonly number[];
  readonly naive?: NaiveTopic;
};

export const naiveTopics: Readonly<Record<NaiveTopic, NaiveCase<TopicInvariant, TopicBounds>>> = {
  "reads the floor before writing the topic item": {
    rule: "first the topic item, then a strong read of C/floor, then the sequencers",
    breaks: "I1 bytes are kept",
    bounds: { admins: ["create"], writers: [0], sweeps: [1] },
  },
  "creates sequencers without the floor": {
    rule: "a new sequencer begins with the global floor",
    breaks: "I1 bytes are kept",
    bounds: { admins: ["create"], writers: [0], sweeps: [1] },
  },
  "creates sequencers over what is there": {
    rule: "sequencers are created only if absent",
    breaks: "I1 entries are kept",
    bounds: { admins: ["create"], finishers: 1, writers: [0] },
  },
  "activates before its sequencers are there": {
    rule: "active only when every sequencer is there",
    breaks: "I12 an active topic takes records",
    bounds: { admins: ["create"], finishers: 1, kills: 1 },
  },
  "activates whatever is there": {
    rule: "`active` is written IF the item is still as it was met (id, creating, count)",
    breaks: "I12 an active topic takes records",
    bounds: { admins: ["create", "grow"], finishers: 1, kills: 1 },
  },
  "waits at a sealed sequencer": {
    rule: "only a deletion seals: a creator that meets a seal turns to finishing the deletion",
    breaks: "I12 what was begun is finished",
    bounds: { admins: ["create", "delete"], finishers: 1 },
  },
  "leaves a sealed topic active": {
    rule: "who meets a seal under an active topic deletes it: a late item and a late creator can make one",
    breaks: "I12 an active topic takes records",
    bounds: { admins: ["create", "delete"], finishers: 1, faults: 1 },
  },
  "leaves missing sequencers unsealed": {
    rule: "every sequencer is sealed by upsert: a missing one is created sealed",
    breaks: "I7 a deleted topic takes no record",
    bounds: { admins: ["create", "delete"], writers: [0] },
  },
  "frees the name before sealing": {
    rule: "the name is freed only after every sequencer is sealed",
    breaks: "I7 a deleted topic takes no record",
    bounds: { admins: ["create", "delete"], writers: [0] },
  },
  "frees the name before the purge record": {
    rule: "the purge record is written before the name is freed",
    breaks: "I11 a freed name leaves its purge record",
    bounds: { admins: ["create", "delete"] },
  },
  "frees the name of whoever has it": {
    rule: "the name is freed IF it still belongs to the id that is deleted",
    breaks: "I1 topics are kept",
    bounds: { admins: ["create", "delete", "create"], finishers: 1 },
  },
  "recreates under the old id": {
    rule: "a recreated topic has a new id",
    breaks: "I2 a handle is for one topic",
    bounds: { admins: ["create", "delete", "create"], writers: [0] },
  },
  "purges sequencers at once": {
    rule: "the sealed sequencers outlive everyone who may still create them if absent",
    breaks: "I7 a deleted topic takes no record",
    bounds: { admins: ["create", "delete"], finishers: 1, writers: [0] },
  },
  "commits below the floor": {
    rule: "a frozen writer that thaws is refused by the floor",
    breaks: "I1 bytes are kept",
    bounds: { admins: ["create"], writers: [0], sweeps: [1] },
  },
  "skips a missing sequencer": {
    rule: "the sweep creates a missing sequencer with its floor",
    breaks: "I1 bytes are kept",
    bounds: { admins: ["create"], writers: [0], sweeps: [1] },
  },
  "creates a missing sequencer with its own W": {
    rule: "the sweep reads the global floor after its list and creates missing sequencers with that",
    breaks: "I1 bytes are kept",
    bounds: { admins: ["create"], writers: [1], sweeps: [1, 2] },
  },
  "lists topics before raising the global floor": {
    rule: "raise the global floor, then list topics",
    breaks: "I1 bytes are kept",
    bounds: { admins: ["create"], writers: [0], sweeps: [1] },
  },
  "reads links before raising the floors": {
    rule: "raise every sequencer's floor, then read all links",
    breaks: "I1 bytes are kept",
    bounds: { admins: ["create"], writers: [0], sweeps: [1] },
  },
  "lowers the global floor": {
    rule: "the global floor only rises",
    breaks: "I1 bytes are kept",
    bounds: { admins: ["create"], writers: [1], sweeps: [1, 2] },
  },
};

/** The model of these bounds. */
export function topicModel(bounds: TopicBounds): Model<State, TopicInvariant> {
  const world = new World(bounds);
  return {
    initial: () => world.initial(),
    copy: copyState,
    key: writeKey,
    steps(state, take) {
      for (let admin = 0; admin < state.admins.length; admin++) administer(world, state, admin, take);
      for (let finisher = 0; finisher < state.finishers.length; finisher++)
        finish(world, state, finisher, take);
      for (let writer = 0; writer < state.writers.length; writer++) write(world, state, writer, take);
      for (let sweeper = 0; sweeper < state.sweepers.length; sweeper++) sweep(world, state, sweeper, take);
      purge(world, state, take);
      deliverLate(state, take);
    },
    always: topicInvariants(world),
    atRest: topicInvariantsAtRest(world),
  };
}
