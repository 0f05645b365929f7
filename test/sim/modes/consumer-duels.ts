/**
 * Duels in a group of kind consumer: a partition is taken up while others make a new target; a commit is under way while its
 * partition goes to another, or its group is deleted and made anew; two processes serve one instance, or one reader, at once.
 */
import { leavingEpoch, leavingForAWhileEpoch } from "../../../lib/engine/index.ts";
import { CumulogError, present } from "../../../lib/std/index.ts";
import type { Stage } from "../actors/stage.ts";
import { CalledClient } from "../world/called-client.ts";
import { ConsumerClient } from "../world/consumer-client.ts";
import { GroupClient } from "../world/group-client.ts";
import type { Life } from "../world/process.ts";
import type { Duel } from "./duels.ts";
import { appendTo } from "./scenarios.ts";

const group = "k";
const topic = "log";
const patienceMs = 15_000;
/** Of one who gives up while a process stands still. */
const shortPatienceMs = 100;
const at = { group, instance: "i" };
const name = { group, name: "i" };
/** One partition after the other: each commit or poll is of one record. */
const taking = { partitionsMax: 1, waitMs: 0 };

/** A member as its client knows it. */
type Member = { readonly memberId: string; readonly epoch: number; readonly holds: readonly number[] };

/** Members by what the duels call them; each run makes them anew. */
const cast = new WeakMap<Stage, Map<string, Member>>();

function member(stage: Stage, called: string): Member {
  return cast.get(stage)?.get(called) ?? { memberId: called, epoch: 0, holds: [] };
}

function isNow(stage: Stage, called: string, now: Member): void {
  const members = cast.get(stage) ?? new Map<string, Member>();
  cast.set(stage, members.set(called, now));
}

/** Those who are called static are of one instance, one after the other. */
function who(stage: Stage, called: string) {
  const { memberId } = member(stage, called);
  return { group, memberId, ...(called.startsWith("static") && { instanceId: "instance" }) };
}

/** By range, partitions go to members in the order of their names: who comes last gets the last ones. */
async function beat(stage: Stage, life: Life, called: string, epoch = member(stage, called).epoch) {
  const { holds } = member(stage, called);
  const topicId = present(stage.ids.get(topic), "the id of the topic");
  const heard = await new ConsumerClient(stage.world).beat(
    life,
    { ...who(stage, called), epoch },
    { topic, topicId, assignor: "range" },
    { holds, says: true },
    patienceMs,
  );
  if (heard === undefined || heard instanceof CumulogError || epoch < 0) return;
  isNow(stage, called, { memberId: called, epoch: heard.epoch, holds: heard.partitions ?? holds });
}

async function leave(stage: Stage, life: Life, called: string, epoch = leavingEpoch): Promise<void> {
  isNow(stage, called, { ...member(stage, called), holds: [] });
  await beat(stage, life, called, epoch);
  cast.get(stage)?.delete(called);
}

function commit(stage: Stage, life: Life, called: string, offset: number) {
  const asking = { ...who(stage, called), generation: member(stage, called).epoch };
  const offsets = [{ partition: 2, offset }];
  return new GroupClient(stage.world).commit(life, asking, topic, offsets, patienceMs);
}

async function goOn(stage: Stage, life: Life, called: string): Promise<void> {
  const asking = { ...who(stage, called), generation: member(stage, called).epoch };
  const options = { isOwner: true, saysWho: true, patienceMs };
  await new GroupClient(stage.world).committed(life, asking, topic, [2], options);
}

/** What is committed, seen from outside. */
async function look(stage: Stage): Promise<void> {
  const nobody = { group, memberId: "", generation: -1 };
  const options = { isOwner: false, saysWho: false, patienceMs };
  await new GroupClient(stage.world).committed(stage.world.life("p2"), nobody, topic, [0, 1, 2], options);
}

/** One has everything, and both processes know it and what it has committed. */
async function own(stage: Stage, called = "b"): Promise<void> {
  const [p1, p2] = [stage.world.life("p1"), stage.world.life("p2")];
  await beat(stage, p2, called);
  await goOn(stage, p2, called);
  await commit(stage, p1, called, 10);
}

/** Another is to have the last partition, which is given up already. */
async function offer(stage: Stage): Promise<void> {
  const p2 = stage.world.life("p2");
  await own(stage);
  await beat(stage, p2, "c");
  for (let beats = 0; beats < 2; beats++) await beat(stage, p2, "b");
}

/** One is told to give up, another waits until it says that it did. */
async function handOver(stage: Stage, life: Life): Promise<void> {
  for (const called of ["c", "b", "c", "b", "c"]) await beat(stage, life, called);
  await goOn(stage, life, "c");
}

/** It goes for a while, and comes back as another member, in the same epoch. */
async function returnAsAnother(stage: Stage, life: Life): Promise<void> {
  await leave(stage, life, "static", leavingForAWhileEpoch);
  await beat(stage, life, "static again");
  await goOn(stage, life, "static again");
}

/** Everybody who is still there says so, and what it has. */
async function beatAll(stage: Stage): Promise<void> {
  for (const called of cast.get(stage)?.keys() ?? [])
    for (let beats = 0; beats < 2; beats++) await beat(stage, stage.world.life("p2"), called);
  await look(stage);
}

async function buryAndReturn(stage: Stage, life: Life): Promise<void> {
  await leave(stage, life, "b");
  await new GroupClient(stage.world).bury(life, group, patienceMs);
  await beat(stage, life, "c");
}

async function instance(stage: Stage): Promise<void> {
  const [p1, p2] = [stage.world.life("p1"), stage.world.life("p2")];
  for (let i = 0; i < 6; i++) await appendTo(stage, p2, [2]);
  const client = new CalledClient(stage.world);
  const settings = {
    format: "binary",
    reset: "earliest",
    commitsItself: true,
    bytesMin: 1,
    waitMs: 0,
  } as const;
  await client.call(p2, at, "create", all => all.create(name, settings), patienceMs);
  await client.call(p2, at, "subscribe", all => all.subscribe(name, { names: [topic] }), patienceMs);
  for (const life of [p2, p1]) await deliver(stage, life);
}

function deliver(stage: Stage, life: Life, patience = patienceMs) {
  return new CalledClient(stage.world).deliver(life, at, taking, patience);
}

async function deliverTwice(stage: Stage, life: Life): Promise<void> {
  await stage.world.scheduler.sleep(2 * shortPatienceMs);
  for (let polls = 0; polls < 2; polls++) await deliver(stage, life);
}

/** Reads on by polls that commit what the last one delivered, as far as `next` says. */
async function poll(stage: Stage, life: Life, next: number, patience = patienceMs): Promise<void> {
  const { memberId, epoch } = member(stage, "poller");
  const commits = next > 0 ? [{ partition: 2, offset: next }] : [];
  const polling = { topic, verb: "read", commits, sessionMs: 45_000 } as const;
  const client = new CalledClient(stage.world);
  const heard = await client.poll(life, { group, memberId, epoch }, polling, taking, patience);
  if (heard !== undefined && !(heard instanceof CumulogError))
    isNow(stage, "poller", { memberId: heard.memberId, epoch: heard.epoch, holds: [] });
}

async function beginToPoll(stage: Stage): Promise<void> {
  const [p1, p2] = [stage.world.life("p1"), stage.world.life("p2")];
  for (let i = 0; i < 6; i++) await appendTo(stage, p2, [2]);
  await poll(stage, p1, 0);
  await poll(stage, p2, 1);
}

/** Others join, whose names come later: each time the reader is to have less, and gives it up by its next poll, but the last time. */
async function pollBesideOthers(stage: Stage, life: Life): Promise<void> {
  await stage.world.scheduler.sleep(2 * shortPatienceMs);
  await beat(stage, life, "x");
  await poll(stage, life, 0);
  await beat(stage, life, "y");
}

export const consumerDuels: readonly Duel[] = [
  {
    name: "claim, new target",
    prepare: offer,
    first: (stage, life) => beat(stage, life, "c"),
    second: (stage, life) => beat(stage, life, "d"),
    afterwards: beatAll,
  },
  {
    name: "claim, new target beside stale reads",
    prepare: offer,
    first: (stage, life) => beat(stage, life, "c"),
    second: (stage, life) => beat(stage, life, "d"),
    afterwards: beatAll,
    hasStaleReads: true,
  },
  {
    name: "commit, hand-over",
    prepare: stage => own(stage),
    first: (stage, life) => commit(stage, life, "b", 20),
    second: handOver,
    afterwards: beatAll,
  },
  {
    name: "commit, static member back",
    prepare: stage => own(stage, "static"),
    first: (stage, life) => commit(stage, life, "static", 20),
    second: returnAsAnother,
    afterwards: beatAll,
  },
  {
    name: "commit, group deleted and made anew",
    prepare: stage => own(stage),
    first: (stage, life) => commit(stage, life, "b", 20),
    second: buryAndReturn,
    afterwards: look,
  },
  {
    name: "poll of an instance, polls elsewhere",
    prepare: instance,
    first: (stage, life) => deliver(stage, life),
    second: (stage, life) => deliver(stage, life),
    afterwards: async stage => {
      await deliver(stage, stage.world.life("p2"));
      await look(stage);
    },
  },
  {
    name: "poll of an instance given up, polls elsewhere",
    prepare: instance,
    first: (stage, life) => deliver(stage, life, shortPatienceMs),
    second: async (stage, life) => {
      await deliverTwice(stage, life);
      await look(stage);
    },
    afterwards: look,
  },
  {
    name: "poll given up, polls elsewhere",
    prepare: beginToPoll,
    first: (stage, life) => poll(stage, life, 2, shortPatienceMs),
    second: async (stage, life) => {
      await stage.world.scheduler.sleep(2 * shortPatienceMs);
      for (const next of [2, 3]) await poll(stage, life, next);
      await look(stage);
    },
    afterwards: look,
  },
  {
    name: "poll given up, others join",
    prepare: beginToPoll,
    first: (stage, life) => poll(stage, life, 0, shortPatienceMs),
    second: pollBesideOthers,
    // It is answered well, so until then it held what it was told.
    afterwards: async stage => {
      const p2 = stage.world.life("p2");
      for (const called of ["x", "y", "y"]) await beat(stage, p2, called);
      await poll(stage, p2, 0);
    },
  },
];
