/**
 * What goes on around the writers of the append model: rollers, the compaction frontier, the page cleaner, sweeps.
 * Each may be as late as it likes between any two of its steps.
 */
import { present } from "../../lib/std/index.ts";
import type { Roller, State, Sweeper, World } from "./append-state.ts";
import type { Take } from "./checker.ts";
import { at, bitsOf, hasBit, without } from "./lists.ts";
import { listed, rollChoices, withoutEntries, withPage } from "./pages.ts";

/** Every step of one roller: read an image, write its page, remove its entries by name. */
export function roll(world: World, state: State, index: number, take: Take<State>): void {
  const roller = at(state.rollers, index);
  if (roller.phase === "idle" && roller.rolls < world.rollsEach) readForRoll(world, state, index, take);
  if (roller.phase === "write") take(next => writePage(world, next, index));
  if (roller.phase === "remove") take(next => removeEntries(world, next, index));
}

function readForRoll(world: World, state: State, index: number, take: Take<State>): void {
  const phase = world.is("removes entries before their page is written") ? "remove" : "write";
  for (const [i, shard] of state.shards.entries()) {
    for (const page of rollChoices(shard, world.rollChoice())) {
      take(next => {
        replaceRoller(next, index, { phase, shard: i, rolls: at(next.rollers, index).rolls + 1, page });
        return `a roller reads ${listed(page)} of shard ${i}`;
      });
    }
  }
}

function writePage(world: World, next: State, index: number): string {
  const roller = at(next.rollers, index);
  const shard = at(next.shards, roller.shard);
  const page = present(roller.page, "page");
  shard.pages = withPage(shard.pages, page, world.bounds.replacesPages ? "last" : "first");
  const removed = world.is("removes entries before their page is written");
  replaceRoller(next, index, removed ? rested(roller) : { ...roller, phase: "remove" });
  return `a roller writes u#${page.end} of shard ${roller.shard}: ${listed(page)}`;
}

function removeEntries(world: World, next: State, index: number): string {
  const roller = at(next.rollers, index);
  const shard = at(next.shards, roller.shard);
  const page = present(roller.page, "page");
  shard.live = withoutEntries(shard.live, page);
  const unwritten = world.is("removes entries before their page is written");
  replaceRoller(next, index, unwritten ? { ...roller, phase: "write" } : rested(roller));
  return `a roller removes ${listed(page)} from shard ${roller.shard}`;
}

function rested(roller: Roller): Roller {
  return { phase: "idle", shard: 0, rolls: roller.rolls, page: undefined };
}

function replaceRoller(next: State, index: number, roller: Roller): void {
  next.rollers[index] = roller;
  next.rollers.sort(byProgress);
}

/** Any order will do, so long as equal rollers end up in one place. */
function byProgress(a: Roller, b: Roller): number {
  return (
    a.rolls - b.rolls ||
    a.phase.length - b.phase.length ||
    a.shard - b.shard ||
    (a.page?.end ?? 0) - (b.page?.end ?? 0) ||
    (a.page?.from ?? 0) - (b.page?.from ?? 0)
  );
}

/** Compaction has copied everything below the end of some page and advances `k`. */
export function compact(state: State, take: Take<State>): void {
  if (state.compactions === 0) return;
  for (const [i, shard] of state.shards.entries()) {
    for (const { end } of shard.pages) {
      if (end <= shard.frontier) continue;
      take(next => {
        next.compactions--;
        at(next.shards, i).frontier = end;
        return `compaction advances k of shard ${i} to ${end}`;
      });
    }
  }
}

/** u# pages below `k` are deleted one by one, in any order. */
export function clean(state: State, take: Take<State>): void {
  for (const [i, shard] of state.shards.entries()) {
    for (const [j, { end }] of shard.pages.entries()) {
      if (end > shard.frontier) continue;
      take(next => {
        const cleaned = at(next.shards, i);
        cleaned.pages = without(cleaned.pages, j);
        return `the cleaner deletes u#${end} of shard ${i}`;
      });
    }
  }
}

/** Every step of one sweep: raise every floor, then read all links, then delete what is older than W and not linked. */
export function sweep(world: World, state: State, index: number, take: Take<State>): void {
  const { phase } = at(state.sweepers, index);
  if (phase === "raise") take(next => raiseFloor(world, next, index));
  if (phase === "entries") take(next => readEntries(world, next, index));
  if (phase === "pages") take(next => readPages(world, next, index));
  if (phase === "delete") take(next => deleteUnlinked(world, next, index));
}

function raiseFloor(world: World, next: State, index: number): string {
  const sweeper = at(next.sweepers, index);
  const shard = at(next.shards, sweeper.shard);
  shard.floor = Math.max(shard.floor, wOf(world, index));
  // The naive sweep has read its links by now.
  const then = world.is("reads links before raising the floor") ? "delete" : world.firstLinks();
  nextShard(world, next, index, sweeper, "raise", then);
  return `sweep ${index} raises the floor of shard ${sweeper.shard} to ${shard.floor}`;
}

function readEntries(world: World, next: State, index: number): string {
  const sweeper = at(next.sweepers, index);
  const shard = at(next.shards, sweeper.shard);
  let { linked, bound } = sweeper;
  for (const { segment } of shard.live) linked |= 1 << segment;
  if (world.is("deletes below the floor it found")) bound = Math.max(bound, shard.floor);
  const seen = { ...sweeper, linked, bound, frontier: shard.frontier };
  linksRead(world, next, index, seen, "entries");
  return `sweep ${index} reads the live entries of shard ${sweeper.shard}: ${bitsOf(linked)} linked so far`;
}

/** Rule: only pages above the frontier of the image count; below it the bytes are in compacted objects. */
function readPages(world: World, next: State, index: number): string {
  const sweeper = at(next.sweepers, index);
  let { linked } = sweeper;
  for (const page of at(next.shards, sweeper.shard).pages) {
    if (page.end <= sweeper.frontier) continue;
    for (const { segment } of page.entries) linked |= 1 << segment;
  }
  linksRead(world, next, index, { ...sweeper, linked }, "pages");
  return `sweep ${index} reads the pages of shard ${sweeper.shard}: ${bitsOf(linked)} linked so far`;
}

/** Both kinds of links of one shard, then the next shard, then on. */
function linksRead(
  world: World,
  next: State,
  index: number,
  sweeper: Sweeper,
  read: "entries" | "pages",
): void {
  const first = world.firstLinks();
  if (read === first) {
    next.sweepers[index] = { ...sweeper, phase: first === "entries" ? "pages" : "entries" };
    return;
  }
  const then = world.is("reads links before raising the floor") ? "raise" : "delete";
  nextShard(world, next, index, { ...sweeper, frontier: 0 }, first, then);
}

function nextShard(
  world: World,
  next: State,
  index: number,
  sweeper: Sweeper,
  phase: Sweeper["phase"],
  then: Sweeper["phase"],
): void {
  const more = sweeper.shard + 1 < world.shards;
  next.sweepers[index] = { ...sweeper, phase: more ? phase : then, shard: more ? sweeper.shard + 1 : 0 };
}

/** Rule: strictly W, never a floor that it found, which another sweep may not have raised everywhere yet. */
function deleteUnlinked(world: World, next: State, index: number): string {
  const { linked, bound } = at(next.sweepers, index);
  let deleted = 0;
  for (const [segment, time] of next.times.entries()) {
    const unlinked = hasBit(next.stored, segment) && !hasBit(linked, segment);
    if (unlinked && time < bound) deleted |= 1 << segment;
  }
  next.stored &= ~deleted;
  next.sweepers[index] = { phase: "done", shard: 0, linked: 0, frontier: 0, bound: wOf(world, index) };
  return `sweep ${index} deletes what is older than ${bound} and not linked: ${bitsOf(deleted)}`;
}

function wOf(world: World, index: number): number {
  return at(world.bounds.sweeps ?? [], index);
}
