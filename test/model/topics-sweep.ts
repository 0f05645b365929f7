/** The sweep over all topics, in the order that World.sweepOrder gives, and the purge that follows a deletion. */
import type { Take } from "./checker.ts";
import { at, bitsOf, hasBit } from "./lists.ts";
import { type State, type Sweeper, shardsMax, type World } from "./topics-state.ts";

/** Every step of one sweep. */
export function sweep(world: World, state: State, index: number, take: Take<State>): void {
  const { phase } = at(state.sweepers, index);
  if (phase !== "done") take(next => `sweep ${index} ${steps[phase](world, next, index)}`);
}

type SweepStep = (world: World, next: State, index: number) => string;

const steps: Readonly<Record<Exclude<Sweeper["phase"], "done">, SweepStep>> = {
  global: raiseGlobalFloor,
  list: listTopics,
  floor: readGlobalFloor,
  raise: raiseFloor,
  links: readLinks,
  delete: deleteUnlinked,
};

function raiseGlobalFloor(world: World, next: State, index: number): string {
  const W = world.wOf(index);
  next.globalFloor = world.is("lowers the global floor") ? W : Math.max(next.globalFloor, W);
  advance(world, next, index, {});
  return `sets the global floor to ${next.globalFloor}`;
}

function listTopics(world: World, next: State, index: number): string {
  const { topic } = next;
  advance(world, next, index, { id: topic?.id ?? -1, shards: topic?.shards ?? 0 });
  return topic ? `lists topic ${topic.id} with ${topic.shards} shards` : "lists no topic";
}

/** Rule: after the list, as for any creator. Another sweep with a later W may have raised it and missed the topic. */
function readGlobalFloor(world: World, next: State, index: number): string {
  const { id } = at(next.sweepers, index);
  if (id < 0) return skip(world, next, index);
  const ownW = world.is("creates a missing sequencer with its own W");
  advance(world, next, index, { floor: ownW ? world.wOf(index) : next.globalFloor });
  return `reads the global floor: ${next.globalFloor}`;
}

/** Rule: a missing sequencer is created, or its creator would bring a floor from before this sweep. */
function raiseFloor(world: World, next: State, index: number): string {
  const { id, shard, floor } = at(next.sweepers, index);
  if (id < 0) return skip(world, next, index);
  const place = world.place(id, shard);
  const found = next.sequencers[place];
  const skips = world.is("skips a missing sequencer");
  if (found) next.sequencers[place] = { ...found, floor: Math.max(found.floor, world.wOf(index)) };
  else if (!skips) next.sequencers[place] = { floor, sealed: false, committed: 0, madeFor: id };
  nextShard(world, next, index);
  const what = found
    ? "raises the floor of"
    : skips
      ? "skips the missing"
      : `creates with floor ${floor} the missing`;
  return `${what} sequencer ${shard} of topic ${id}`;
}

function readLinks(world: World, next: State, index: number): string {
  const sweeper = at(next.sweepers, index);
  const { id, shard } = sweeper;
  if (id < 0) return skip(world, next, index);
  const linked = sweeper.linked | (next.sequencers[world.place(id, shard)]?.committed ?? 0);
  next.sweepers[index] = { ...sweeper, linked };
  nextShard(world, next, index);
  return `reads the links of shard ${shard} of topic ${id}: segments of writers ${bitsOf(linked)}`;
}

function deleteUnlinked(world: World, next: State, index: number): string {
  const { linked } = at(next.sweepers, index);
  const W = world.wOf(index);
  let deleted = 0;
  for (let writer = 0; writer < next.writers.length; writer++) {
    if (hasBit(next.stored, writer) && !hasBit(linked, writer) && world.timeOf(writer) < W)
      deleted |= 1 << writer;
  }
  next.stored &= ~deleted;
  next.sweepers[index] = { phase: "done", id: -1, shards: 0, shard: 0, floor: 0, linked: 0 };
  return `deletes what is older than ${W} and not linked: segments of writers ${bitsOf(deleted)}`;
}

function skip(world: World, next: State, index: number): string {
  advance(world, next, index, {});
  return "has no sequencer to look at";
}

function nextShard(world: World, next: State, index: number): void {
  const sweeper = at(next.sweepers, index);
  const shard = sweeper.shard + 1;
  if (shard < sweeper.shards) next.sweepers[index] = { ...sweeper, shard };
  else advance(world, next, index, { shard: 0 });
}

function advance(world: World, next: State, index: number, learnt: Partial<Sweeper>): void {
  const sweeper = at(next.sweepers, index);
  const order = world.sweepOrder();
  next.sweepers[index] = { ...sweeper, ...learnt, phase: order[order.indexOf(sweeper.phase) + 1] ?? "done" };
}

/**
 * Only the naive purge takes the sequencers themselves. The built one leaves them sealed at least until everybody
 * who met the topic while it lived is gone; that is beyond the end of this model.
 */
export function purge(world: World, state: State, take: Take<State>): void {
  if (!world.is("purges sequencers at once")) return;
  for (let id = 0; id < state.topics; id++) {
    if (!hasBit(state.freed & state.purgeRecords, id)) continue;
    const first = world.place(id, 0);
    if (!state.sequencers.slice(first, first + shardsMax).some(Boolean)) continue;
    take(next => {
      next.sequencers.fill(undefined, first, first + shardsMax);
      return `the purge deletes the sequencers of topic ${id}`;
    });
  }
}
