/**
 * Those who create, grow and delete the topic, and those who finish what others have left half-way.
 * Every step is one conditional update or one strong read of a single item; World.orderOf puts them in order.
 */
import type { Take } from "./checker.ts";
import { at } from "./lists.ts";
import type { Admin, AdminPhase, State, World } from "./topics-state.ts";

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
  const job = at(world.bounds.admins, index);
  work({ world, row: "admins", index, job, admin }, take);
  if (state.kills === 0 || admin.phase === "done" || admin.phase === world.orderOf(job)[0]) return;
  take(next => {
    next.kills--;
    next.admins[index] = ended(admin, "done");
    return `admin ${index} (${job}) is killed`;
  });
}

/** Whoever meets `creating` or `deleting` finishes it. */
export function finish(world: World, state: State, index: number, take: Take<State>): void {
  const admin = at(state.finishers, index);
  if (admin.phase !== "idle") {
    const job = world.orderOf("delete").includes(admin.phase) ? "delete" : "create";
    work({ world, row: "finishers", index, job, admin }, take);
    return;
  }
  const { topic } = state;
  if (!topic || topic.status === "active") return;
  take(next => {
    const phase = topic.status === "creating" ? "floor" : at(world.orderOf("delete"), 1);
    next.finishers[index] = { ...admin, phase, id: topic.id, shards: topic.shards };
    return `finisher ${index} meets topic ${topic.id}: ${topic.status}, ${topic.shards} shards`;
  });
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
    const { row, index, job } = worker;
    return what && `${row === "admins" ? `admin ${index} (${job})` : `finisher ${index}`} ${what}`;
  });
}

/** Creation IF no one has the name, growth IF the item is active and has not grown. */
function writeItem(worker: Worker, next: State): string | undefined {
  const { topic } = next;
  const creates = worker.job === "create";
  if (creates ? topic !== undefined : topic?.status !== "active" || topic.shards > 1) return undefined;
  const id = topic?.id ?? next.topics++;
  const shards = creates ? 1 : 2;
  next.topic = { id, status: "creating", shards };
  advance(worker, next, { id, shards });
  return `writes topic ${id}: creating, ${shards} shards`;
}

/** Rule: after the topic item. A sweep that does not list the topic had raised the floor before we read it. */
function readFloor(worker: Worker, next: State): string {
  const floor = worker.world.is("creates sequencers without the floor") ? 0 : next.globalFloor;
  advance(worker, next, { floor });
  return `reads the global floor: ${next.globalFloor}`;
}

/** IF absent. A sealed one is of a topic that is being deleted: nothing is left to do for it. */
function createSequencer(worker: Worker, next: State): string | undefined {
  const { world, admin } = worker;
  const place = world.place(admin.id, admin.shard);
  const found = next.sequencers[place];
  if (found?.sealed && world.is("waits at a sealed sequencer")) return undefined;
  const ofAnother = world.is("recreates under the old id") && found?.madeFor !== admin.id;
  const creates = !found || ofAnother || world.is("creates sequencers over what is there");
  if (creates)
    next.sequencers[place] = { floor: admin.floor, sealed: false, committed: 0, madeFor: admin.id };
  nextShard(worker, next);
  return `${creates ? `creates with floor ${admin.floor}` : "finds"} sequencer ${admin.shard} of topic ${admin.id}`;
}

/** IF the item is still as it was met. */
function activate(worker: Worker, next: State): string {
  const { admin, world } = worker;
  const { topic } = next;
  const asMet = topic?.id === admin.id && topic.status === "creating" && topic.shards === admin.shards;
  const writes = topic && (asMet || world.is("activates whatever is there"));
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
