/**
 * Duels in a group: a commit is under way while the group moves on, or while its member, tired of waiting, commits elsewhere; a
 * process is about to expire a member that speaks up at another; a member takes the place of its own instance.
 */
import { CumulogError } from "../../../lib/std/index.ts";
import type { Stage } from "../actors/stage.ts";
import { type AskingIn, GroupClient } from "../world/group-client.ts";
import type { Life } from "../world/process.ts";
import type { Duel } from "./duels.ts";

const group = "g";
const topic = "log";
const sessionMs = 6_000;
const patienceMs = 15_000;
/** Of one who gives up while a process stands still. */
const shortPatienceMs = 100;
const details = { sessionMs, rebalanceMs: 6_000, metadata: topic, mustKnowId: false };
const owns = { isOwner: true, saysWho: true, patienceMs };

/** Members by what the duels call them; each run makes them anew. */
const cast = new WeakMap<Stage, Map<string, AskingIn>>();

function member(stage: Stage, name: string): AskingIn {
  return cast.get(stage)?.get(name) ?? { group, memberId: "", generation: -1 };
}

/** Joins, syncs, and reads where to go on. */
async function enter(stage: Stage, life: Life, name: string, instanceId?: string): Promise<void> {
  const client = new GroupClient(stage.world);
  const who = { ...member(stage, name), ...(instanceId !== undefined && { instanceId }) };
  const joined = await client.join(life, who, details, patienceMs);
  if (joined === undefined || joined instanceof CumulogError || joined.kind !== "joined") return;
  const { memberId, generation } = joined;
  const now = { ...who, memberId, generation };
  const members = cast.get(stage) ?? new Map<string, AskingIn>();
  cast.set(stage, members.set(name, now));
  const all = { name: stage.world.nextValue(), partitions: [0] };
  const none = { name: all.name, partitions: [] };
  const assignments = new Map(joined.members.map((each, i) => [each.memberId, i === 0 ? all : none]));
  await client.sync(life, now, assignments, patienceMs);
  await client.committed(life, now, topic, [0], owns);
}

function commit(stage: Stage, life: Life, name: string, offset: number, patience = patienceMs) {
  const client = new GroupClient(stage.world);
  return client.commit(life, member(stage, name), topic, [{ partition: 0, offset }], patience);
}

function beat(stage: Stage, life: Life, name: string) {
  return new GroupClient(stage.world).heartbeat(life, member(stage, name), patienceMs);
}

/** What is committed, seen from outside. */
async function look(stage: Stage): Promise<void> {
  const nobody = { group, memberId: "", generation: -1 };
  const options = { isOwner: false, saysWho: false, patienceMs };
  await new GroupClient(stage.world).committed(stage.world.life("p2"), nobody, topic, [0], options);
}

/** Both processes know the group, and p1 what was committed last. */
async function enterAndCommit(stage: Stage, instanceId?: string): Promise<void> {
  await enter(stage, stage.world.life("p2"), "a", instanceId);
  await commit(stage, stage.world.life("p1"), "a", 10);
}

async function leaveToAnother(stage: Stage, life: Life): Promise<void> {
  await new GroupClient(stage.world).leave(life, member(stage, "a"), patienceMs);
  await enter(stage, life, "b");
}

/** The member whose commit is under way goes on into the next generation, beside another. */
async function goOnWithAnother(stage: Stage, life: Life): Promise<void> {
  const later = stage.world.scheduler.sleep(50).then(() => enter(stage, life, "a"));
  await Promise.all([enter(stage, life, "b"), later]);
}

/** One is silent, as p1 has seen for almost long enough; the other beats there. */
async function fallSilent(stage: Stage): Promise<void> {
  const { world } = stage;
  const [p1, p2] = [world.life("p1"), world.life("p2")];
  await enter(stage, p2, "a");
  await Promise.all([enter(stage, p1, "b"), world.scheduler.sleep(500).then(() => enter(stage, p2, "a"))]);
  // It sees the last beat of the silent one with its second look, a third of a session after the first.
  for (let beats = 0; beats < 5; beats++) {
    await beat(stage, p1, "b");
    await world.scheduler.sleep(sessionMs / 3 + 60);
  }
}

/** I12: who was heard is not expired by one who had not heard it. */
async function beatTwice(stage: Stage, life: Life): Promise<void> {
  const isHeard = (await beat(stage, life, "a")) === "done";
  await stage.world.scheduler.sleep(1_000);
  const next = await beat(stage, life, "a");
  if (!isHeard || !(next instanceof CumulogError)) return;
  stage.world.violated({
    invariant: "I12",
    message: `a member was heard, and then not known: ${next.message}`,
  });
}

export const groupDuels: readonly Duel[] = [
  {
    name: "commit, rebalance",
    prepare: stage => enterAndCommit(stage),
    first: (stage, life) => commit(stage, life, "a", 20),
    second: leaveToAnother,
    afterwards: look,
  },
  {
    name: "commit, its member goes on",
    prepare: stage => enterAndCommit(stage),
    first: (stage, life) => commit(stage, life, "a", 20),
    second: goOnWithAnother,
    afterwards: look,
  },
  {
    name: "commit, commit elsewhere",
    prepare: stage => enterAndCommit(stage),
    first: (stage, life) => commit(stage, life, "a", 20, shortPatienceMs),
    second: async (stage, life) => {
      await stage.world.scheduler.sleep(2 * shortPatienceMs);
      await commit(stage, life, "a", 30);
    },
    afterwards: look,
  },
  {
    name: "commit, static member replaced",
    prepare: stage => enterAndCommit(stage, "instance"),
    first: async (stage, life) => {
      await commit(stage, life, "a", 20);
      await commit(stage, life, "a", 30);
    },
    second: (stage, life) => enter(stage, life, "its successor", "instance"),
    afterwards: look,
  },
  {
    name: "look for the silent, heartbeat",
    prepare: fallSilent,
    first: (stage, life) => beat(stage, life, "b"),
    second: beatTwice,
  },
];
