/** A commit: a member asks for it, a process admits it by the group's state and writes it on what it knows of the item. */
import type { Take } from "./checker.ts";
import { at, without } from "./lists.ts";
import {
  absent,
  type CommitId,
  commitId,
  generationOf,
  type LateWrite,
  type Request,
  type State,
  shown,
  type World,
} from "./offsets-state.ts";

/** A member that knows where it goes on commits, through any process, once the one before has ended. */
export function issue(world: World, state: State, generation: number, take: Take<State>): void {
  const { phase, issued, waiting } = at(state.members, generation - 1);
  if (phase !== "told" || waiting !== 0 || issued >= world.bounds.commits) return;
  for (let process = 0; process < state.known.length; process++) {
    take(next => {
      const commit = commitId(generation, issued + 1);
      next.members[generation - 1] = {
        ...at(next.members, generation - 1),
        issued: issued + 1,
        waiting: commit,
      };
      const request: Request = { commit, process, phase: "admit", expected: absent, isAbandoned: false };
      next.requests = [...next.requests, request].sort((a, b) => a.process - b.process);
      return `${shown(commit)} comes to process ${process}`;
    });
  }
}

/** Every step of one commit. A process writes an item's commits in the order in which they came to it. */
export function commit(world: World, state: State, index: number, take: Take<State>): void {
  const request = at(state.requests, index);
  const isFirst = state.requests.findIndex(({ process }) => process === request.process) === index;
  if (!request.isAbandoned && state.faults > 0) take(next => giveUp(next, index));
  if (request.phase === "admit") take(next => admit(next, index));
  else if (isFirst && request.isAbandoned && !world.is("goes on for a caller that gave up"))
    take(next => end(next, index, "nobody waits for it"));
  else if (isFirst && request.phase === "begin") take(next => begin(next, index));
  else if (isFirst) write(world, state, index, take);
}

/** A write that was given up reaches the item after all. */
export function arrive(world: World, state: State, index: number, take: Take<State>): void {
  const { commit: id, expected } = at(state.late, index);
  take(next => {
    next.late = without(next.late, index);
    if (!world.isTaken(next.item, expected, generationOf(id)))
      return `the late write of ${shown(id)} is refused`;
    next.item = world.written(next.item, generationOf(id), id);
    return `the late write of ${shown(id)} is made`;
  });
}

/** It waited for as long as a request may take: the process knows by its own clock that this time is over. */
function giveUp(next: State, index: number): string {
  const request = at(next.requests, index);
  next.faults--;
  next.requests = next.requests.with(index, { ...request, isAbandoned: true });
  release(next, request.commit);
  return `the caller of ${shown(request.commit)} gives up`;
}

/** One strong read of the state. */
function admit(next: State, index: number): string {
  const request = at(next.requests, index);
  if (next.generation !== generationOf(request.commit)) return end(next, index, "its generation is over");
  next.requests = next.requests.with(index, { ...request, phase: "begin" });
  return `${shown(request.commit)} is admitted`;
}

/** In its turn, from the version that the process remembers. */
function begin(next: State, index: number): string {
  const request = at(next.requests, index);
  const expected = at(next.known, request.process);
  next.requests = next.requests.with(index, { ...request, phase: "write", expected });
  return `${shown(request.commit)} has its turn and expects version ${expected}`;
}

function write(world: World, state: State, index: number, take: Take<State>): void {
  const { commit: id, expected } = at(state.requests, index);
  const isTaken = world.isTaken(state.item, expected, generationOf(id));
  take(next => (isTaken ? done(world, next, index) : refused(world, next, index)));
  if (state.faults === 0) return;
  take(next => {
    next.faults--;
    next.late = [...next.late, { commit: id, expected }].sort(inOrder);
    return `a write of ${shown(id)} is late, and sent again`;
  });
  if (!isTaken) return;
  take(next => {
    next.faults--;
    next.item = world.written(next.item, generationOf(id), id);
    return `${shown(id)} is made, but the answer is lost: it is sent again`;
  });
}

function done(world: World, next: State, index: number): string {
  const { commit: id, process } = at(next.requests, index);
  next.item = world.written(next.item, generationOf(id), id);
  next.known[process] = next.item.version;
  return acknowledge(next, index, "is made");
}

/** Decided anew on the image that refused. */
function refused(world: World, next: State, index: number): string {
  const request = at(next.requests, index);
  const { commit: id, process, expected } = request;
  const generation = generationOf(id);
  next.known[process] = next.item?.version ?? absent;
  const isThere = next.item?.commit === id && next.item.generation >= generation;
  // A version that is one further is our own write, one might think.
  const seemsThere = world.is("takes a refusal by the next version for its own write");
  if (isThere || (seemsThere && next.item?.version === expected + 1))
    return acknowledge(next, index, "is there already");
  const isLater = (next.item?.generation ?? 0) > generation && !world.is("writes without the generation");
  if (isLater) return end(next, index, "the item is of a later generation");
  next.requests = next.requests.with(index, { ...request, expected: next.item?.version ?? absent });
  return `${shown(id)} is refused, and expects version ${next.item?.version ?? absent} now`;
}

function acknowledge(next: State, index: number, what: string): string {
  const { commit: id, isAbandoned } = at(next.requests, index);
  // From before the group's birth: the deletion has undone it.
  if (!isAbandoned && generationOf(id) >= next.born) next.acknowledged = Math.max(next.acknowledged, id);
  return end(next, index, what);
}

function end(next: State, index: number, why: string): string {
  const { commit: id } = at(next.requests, index);
  next.requests = without(next.requests, index);
  release(next, id);
  return `${shown(id)} ends: ${why}`;
}

function release(next: State, id: CommitId): void {
  const place = generationOf(id) - 1;
  const member = at(next.members, place);
  if (member.waiting === id) next.members[place] = { ...member, waiting: 0 };
}

function inOrder(a: LateWrite, b: LateWrite): number {
  return a.commit - b.commit || a.expected - b.expected;
}
