/** All that happens around the commits of a partition: the next owner asks, others commit, the group is deleted. */
import type { Take } from "./checker.ts";
import { at } from "./lists.ts";
import { absent, newMember, type State, shown, type World } from "./offsets-state.ts";

/** The partition gets another owner: the next generation. The old one does not know. */
export function rebalance(world: World, state: State, take: Take<State>): void {
  if (state.generation >= world.bounds.generations) return;
  take(next => {
    nextGeneration(next);
    return `generation ${next.generation} begins`;
  });
}

/** The group is deleted, and made anew: what was committed is void. */
export function deleteAndMake(world: World, state: State, take: Take<State>): void {
  if (state.deletions === 0 || state.generation >= world.bounds.generations) return;
  take(next => {
    next.deletions--;
    nextGeneration(next);
    next.born = next.generation;
    next.acknowledged = 0;
    return `the group is deleted, and made anew at generation ${next.generation}`;
  });
}

/** Whoever deleted the group tidies up, sooner, later or never. */
export function tidy(state: State, take: Take<State>): void {
  if (state.item === undefined || state.item.generation >= state.born) return;
  take(next => {
    next.item = undefined;
    return "the offsets that the deleted group has left are removed";
  });
}

/** A member of the present generation commits another partition of the topic: the item's version moves. */
export function commitOther(world: World, state: State, take: Take<State>): void {
  if (state.others === 0) return;
  take(next => {
    next.others--;
    const kept = world.committed(next);
    next.item = world.written(next.item, next.generation, kept);
    return "another partition is committed";
  });
}

/** Every step of an owner that asks where to go on. */
export function ask(world: World, state: State, generation: number, take: Take<State>): void {
  const place = generation - 1;
  const { phase } = at(state.members, place);
  if (phase === "new")
    take(next => {
      next.members[place] = { ...at(next.members, place), phase: "look", stamp: next.generation };
      return `the owner of generation ${generation} reads that generation ${next.generation} is present`;
    });
  if (phase === "look") take(next => look(world, next, generation));
  if (phase === "stamp") take(next => stamp(world, next, generation));
}

function look(world: World, next: State, generation: number): string {
  const member = at(next.members, generation - 1);
  const isStamped = next.item !== undefined && next.item.generation >= member.stamp;
  if (isStamped || world.is("fetches without a stamp")) return tell(world, next, generation);
  const version = next.item?.version ?? absent;
  const told = world.committed(next);
  next.members[generation - 1] = { ...member, phase: "stamp", version, told };
  return `it sees ${shown(told)} in version ${version}`;
}

/** Refused by a version: the image that refused is looked at. */
function stamp(world: World, next: State, generation: number): string {
  const member = at(next.members, generation - 1);
  const isBlind = world.is("stamps whatever is there and tells what it saw");
  const isSame = isBlind || (next.item?.version ?? absent) === member.version;
  const isTaken = isSame && (next.item?.generation ?? 0) <= member.stamp;
  if (!isTaken) return look(world, next, generation);
  next.item = world.written(next.item, member.stamp, world.committed(next));
  if (!isBlind) return tell(world, next, generation);
  next.members[generation - 1] = { ...member, phase: "told" };
  return `it stamps generation ${member.stamp}, and is told ${shown(member.told)}`;
}

function tell(world: World, next: State, generation: number): string {
  const told = world.committed(next);
  next.members[generation - 1] = { ...at(next.members, generation - 1), phase: "told", told };
  return `the owner of generation ${generation} is told ${shown(told)}`;
}

function nextGeneration(next: State): void {
  next.generation++;
  next.members.push(newMember);
}
