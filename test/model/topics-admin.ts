/**
 * Those who create, grow and delete the topic, and those who finish what others have left half-way.
 * Every step is one conditional update or one strong read of a single item; World.orderOf puts them in order.
 */
import type { Take } from "./checker.ts";
import { at, without } from "./lists.ts";
import type { Admin, AdminPhase, State, TopicItem, World } from "./topics-state.ts";

/** A process at work on a topic, as it stands now. */
type Worker = {
  readonly world: World;
  readonly row: "admins" | "finishers";
  readonly index: number;
  readonly job: "create" | "grow" | "delete";
  readonly admin: Admin;
};

/** Every step of one administrator: its job, once, unless it is killed half-way. */
export function administer(world: World, state: State, index: number, take: Take<State>): void {
  const admin = at(state.admins, index);
  const first = at(world.bounds.admins, index);
  const worker: Worker = { world, row: "admins", index, job: jobOf(world, admin, first), admin };
  work(worker, take);
  if (admin.phase === "item" && first === "create" && state.faults > 0)
    take(next => insertLate(worker, next));
  if (state.kills === 0 || admin.phase === "done" || admin.phase === world.orderOf(first)[0]) return;
  take(next => {
    next.kills--;
    next.admins[index] = ended(admin, "done");
    return `${who(worker)} is killed`;
  });
}

/** Whoever meets `creating` or `deleting` finishes it, and whoever meets a seal under `active` deletes. */
export function finish(world: World, state: State, index: number, take: Take<State>): void {
  const admin = at(state.finishers, index);
  const worker: Worker = { world, row: "finishers", index, job: jobOf(world, admin, "create"), admin };
  const { topic } = state;
  if (admin.phase !== "idle") work(worker, take);
  else if (topic?.status === "active") take(next => deleteSealed(worker, next));
  else if (topic) {
    take(next => {
      const phase = topic.status === "creating" ? "floor" : at(world.orderOf("delete"), 1);
      next.finishers[index] = { ...admin, phase, id: topic.id, shards: topic.shards };
      return `${who(worker)} meets topic ${topic.id}: ${topic.status}, ${topic.shards} shards`;
    });
  }
}

/** A creator that has met a seal is a deleter by now. */
function jobOf(world: World, { phase }: Admin, job: Worker["job"]): Worker["job"] {
  return world.orderOf("delete").includes(phase) ? "delete" : job;
}

type AdminStep = (worker: Worker, next: State) => string | undefined;

const steps: Readonly<Record<AdminPhase, AdminStep>> = {
  item: writeItem,
  floor: readFloor,
  sequencers: createSequencer,
  activate,
  mark: markDeleting,
  seal: sealSequencer,
  record: writePurgeRecord,
  free: freeName,
  idle: () => undefined,
  done: () => undefined,
};

function work(worker: Worker, take: Take<State>): void {
  take(next => {
    const what = steps[worker.admin.phase](worker, next);
    return what && `${who(worker)} ${what}`;
  });
}

function who({ world, row, index }: Worker): string {
  return row === "admins" ? `admin ${index} (${at(world.bounds.admins, index)})` : `finisher ${index}`;
}

/** Creation IF no one has the name, growth IF the item is active and has not grown. */
function writeItem(worker: Worker, next: State): string | undefined {
  return worker.job === "create" ? insertItem(worker, next) : growItem(worker, next);
}

function insertItem(worker: Worker, next: State): string | undefined {
  const { admin } = worker;
  const { topic } = next;
  const sentBefore = admin.id >= 0;
  if (topic && !sentBefore) return undefined;
  if (topic && topic.id !== admin.id) {
    next.admins[worker.index] = ended(admin, "done");
    return `is refused: topic ${topic.id} has the name`;
  }
  const id = sentBefore ? admin.id : next.topics++;
  if (!topic) insert(next, id);
  advance(worker, next, { id, shards: 1 });
  return topic
    ? `finds that its late write of topic ${id} was applied`
    : `writes topic ${id}: creating, 1 shard`;
}

/** The first write times out; it will be sent again. */
function insertLate(worker: Worker, next: State): string | undefined {
  const { admin, index } = worker;
  if (admin.id >= 0) return undefined;
  next.faults--;
  const id = next.topics++;
  next.admins[index] = { ...admin, id };
  next.late = [...next.late, id].sort();
  return `${who(worker)} writes topic ${id}: times out, still in the network`;
}

/** Writes given up on arrive at any time, or never. */
export function deliverLate(state: State, take: Take<State>): void {
  for (const [i, id] of state.late.entries()) {
    take(next => {
      next.late = without(next.late, i);
      const applied = next.topic === undefined;
      if (applied) insert(next, id);
      return `the late write of topic ${id} arrives: ${applied ? "applied" : "refused, the name is taken"}`;
    });
  }
}

function insert(next: State, id: number): void {
  next.topic = { id, status: "creating", shards: 1 };
  next.created |= 1 << id;
}

function growItem(worker: Worker, next: State): string | undefined {
  const { topic } = next;
  if (topic?.status !== "active" || topic.shards > 1) return undefined;
  next.topic = { id: topic.id, status: "creating", shards: 2 };
  advance(worker, next, { id: topic.id, shards: 2 });
  return `writes topic ${topic.id}: creating, 2 shards`;
}

/** Rule: after the topic item. A sweep that does not list the topic had raised the floor before we read it. */
function readFloor(worker: Worker, next: State): string {
  const floor = worker.world.is("creates sequencers without the floor") ? 0 : next.globalFloor;
  advance(worker, next, { floor });
  return `reads the global floor: ${next.globalFloor}`;
}

/** IF absent. */
function createSequencer(worker: Worker, next: State): string | undefined {
  const { world, admin } = worker;
  const place = world.place(admin.id, admin.shard);
  const found = next.sequencers[place];
  const ofAnother = world.is("recreates under the old id") && found?.madeFor !== admin.id;
  if (found?.sealed && !ofAnother)
    return world.is("waits at a sealed sequencer") ? undefined : meetSeal(worker, next);
  const creates = !found || ofAnother || world.is("creates sequencers over what is there");
  if (creates)
    next.sequencers[place] = { floor: admin.floor, sealed: false, committed: 0, madeFor: admin.id };
  nextShard(worker, next);
  return `${creates ? `creates with floor ${admin.floor}` : "finds"} sequencer ${admin.shard} of topic ${admin.id}`;
}

/** Rule: only a deletion seals. IF the item is still as it was met, it came after that deletion: delete it again. */
function meetSeal(worker: Worker, next: State): string {
  const { world, admin, row, index } = worker;
  const again = isAsMet(next, admin);
  if (again) next.topic = { ...next.topic, status: "deleting" };
  next[row][index] = again
    ? { ...admin, phase: at(world.orderOf("delete"), 1), shard: 0, floor: 0 }
    : ended(admin, row === "finishers" ? "idle" : "done");
  return `meets a seal${again ? ` and writes topic ${admin.id}: deleting` : ": the topic is being deleted"}`;
}

/** Rule: a late item and a late finisher can make a deleted topic active; the seal tells. */
function deleteSealed(worker: Worker, next: State): string | undefined {
  const { world, admin, index } = worker;
  const { topic, sequencers } = next;
  if (!topic || world.is("leaves a sealed topic active")) return undefined;
  const first = world.place(topic.id, 0);
  if (!sequencers.slice(first, first + topic.shards).some(sequencer => sequencer?.sealed)) return undefined;
  next.topic = { ...topic, status: "deleting" };
  const phase = at(world.orderOf("delete"), 1);
  next.finishers[index] = { ...admin, phase, id: topic.id, shards: topic.shards };
  return `${who(worker)} meets a seal under an active topic and writes topic ${topic.id}: deleting`;
}

function isAsMet(state: State, admin: Admin): state is State & { topic: TopicItem } {
  const { topic } = state;
  return topic?.id === admin.id && topic.status === "creating" && topic.shards === admin.shards;
}

/** IF the item is still as it was met. */
function activate(worker: Worker, next: State): string {
  const { admin, world } = worker;
  const { topic } = next;
  const writes = topic && (isAsMet(next, admin) || world.is("activates whatever is there"));
  if (writes) next.topic = { ...topic, status: "active" };
  advance(worker, next, {});
  return writes ? `writes topic ${topic.id}: active` : `finds that topic ${admin.id} has moved on`;
}

function markDeleting(worker: Worker, next: State): string | undefined {
  const { topic } = next;
  if (!topic || topic.status === "deleting") return undefined;
  next.topic = { ...topic, status: "deleting" };
  advance(worker, next, { id: topic.id, shards: topic.shards });
  return `writes topic ${topic.id}: deleting`;
}

/** By upsert: a creator that is late finds the seal, and not nothing. */
function sealSequencer(worker: Worker, next: State): string {
  const { world, admin } = worker;
  const place = world.place(admin.id, admin.shard);
  const found = next.sequencers[place];
  if (found) next.sequencers[place] = { ...found, sealed: true };
  else if (!world.is("leaves missing sequencers unsealed"))
    next.sequencers[place] = { floor: 0, sealed: true, committed: 0, madeFor: admin.id };
  nextShard(worker, next);
  return `seals sequencer ${admin.shard} of topic ${admin.id}${found ? "" : ", which is missing"}`;
}

function writePurgeRecord(worker: Worker, next: State): string {
  next.purgeRecords |= 1 << worker.admin.id;
  advance(worker, next, {});
  return `writes the purge record of topic ${worker.admin.id}`;
}

/** IF the name still belongs to this topic. */
function freeName(worker: Worker, next: State): string {
  const { world, admin } = worker;
  const mine = next.topic?.id === admin.id && next.topic.status === "deleting";
  if (mine || world.is("frees the name of whoever has it")) next.topic = undefined;
  next.freed |= 1 << admin.id;
  advance(worker, next, {});
  return `frees the name of topic ${admin.id}${mine ? "" : ", which is another's or free by now"}`;
}

function nextShard(worker: Worker, next: State): void {
  const shard = worker.admin.shard + 1;
  if (shard < worker.admin.shards) next[worker.row][worker.index] = { ...worker.admin, shard };
  else advance(worker, next, { shard: 0 });
}

/** On to the next phase of its row, with what was learnt. */
function advance(worker: Worker, next: State, learnt: Partial<Admin>): void {
  const { world, admin, row, index, job } = worker;
  const order = world.orderOf(job);
  const phase = order[order.indexOf(admin.phase) + 1];
  const finisher = row === "finishers";
  // A finisher met the item as it is: what a naive creator would write there now, it does not.
  const following = finisher && phase === "item" ? "sequencers" : phase;
  next[row][index] = following
    ? { ...admin, ...learnt, phase: following }
    : ended(admin, finisher ? "idle" : "done");
}

/** Forgets what no longer matters, so that fewer states differ. */
function ended(admin: Admin, phase: "idle" | "done"): Admin {
  return { ...admin, phase, id: -1, shards: 0, shard: 0, floor: 0 };
}
