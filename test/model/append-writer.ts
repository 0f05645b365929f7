/**
 * The writer of the append model: put, commit, and all that follows a lost answer, for each shard of its segment.
 *
 *   commit -- applied, or entry is there --> acknowledged
 *      |   -- refused ---------------------> commit (new id; where none is left: refused, a definite error)
 *      +- no answer --> fence -- entry is there --> acknowledged (walk-back)
 *                         |
 *                         +-- entry is not there --> lookUp -- found ------------> acknowledged
 *                                                      |    -- covered, absent --> commit (new id)
 *                                                      +------ a gap ------------> indefinite
 *
 * `reread` stands for `fence` in a state-dependent commit.
 */
import {
  type Image,
  isLive,
  type LateCall,
  type Part,
  type Shard,
  type State,
  type World,
} from "./append-state.ts";
import type { Take } from "./checker.ts";
import { at, insert, without } from "./lists.ts";
import { firstLive } from "./pages.ts";

type CommitAnswer = "applied" | "entry is there" | "floor is later" | "fence is later" | "n has moved";
type FenceAnswer = "raised" | "entry is there" | "fence is later";

/** Bounds the attempts of one id that may be under way at once. */
const unresolvedMax = 2;

/** Every step of one writer. */
export function write(world: World, state: State, writer: number, take: Take<State>): void {
  const parts = at(state.writers, writer);
  if (parts.length === 0) take(next => putFirst(world, next, writer));
  for (const [shard, part] of parts.entries()) {
    const actor = { world, writer, shard, part };
    if (part.phase === "commit") sendCommit(actor, state, take);
    else if (part.phase === "fence" && fencesNow(actor)) sendFence(actor, state, take);
    else if (part.phase === "fence" || part.phase === "reread") take(next => reread(actor, next));
    else if (part.phase === "lookUp") take(next => lookUp(actor, next));
  }
}

/** A writer in its dealings with one shard. */
type Actor = { readonly world: World; readonly writer: number; readonly shard: number; readonly part: Part };

/** PUT first, order second. The writer's knowledge of n is from before its first attempt, by any time. */
function putFirst(world: World, next: State, writer: number): string {
  const segment = world.segment(writer, 0, 0);
  next.times[segment] = world.writer(writer).clock;
  next.stored |= 1 << segment;
  next.writers[writer] = next.shards.map(shard => sending(segment, 0, shard.next, 0));
  return `writer ${writer} knows n = ${next.shards.map(shard => shard.next)} and puts ${named(next, segment)}`;
}

/** One attempt: answered, applied without an answer, or still in the network when the writer gives up on it. */
function sendCommit(actor: Actor, state: State, take: Take<State>): void {
  const { world, shard, part } = actor;
  const expected = expectationOf(actor);
  take(next => {
    const answer = commit(world, next, shard, part.segment, expected);
    return `${who(actor)} commits segment ${part.segment}: ${answer}; ${afterCommit(actor, next, answer)}`;
  });
  if (state.faults === 0 || part.unresolved === unresolvedMax) return;
  take(next => {
    if (commit(world, next, shard, part.segment, expected) !== "applied") return undefined;
    withoutAnswer(actor, next);
    return `${who(actor)} commits segment ${part.segment}: applied, but the answer is lost`;
  });
  take(next => {
    next.late = insert(next.late, { call: "commit", shard, segment: part.segment, expected }, byCall);
    withoutAnswer(actor, next);
    return `${who(actor)} commits segment ${part.segment}: times out, still in the network`;
  });
}

/** `SET s<id> = seq, e<id> = :entry, n = n + :count IF e<id> absent AND floor, fence <= :time [AND n = :expected]`. */
function commit(
  world: World,
  next: State,
  shardIndex: number,
  segment: number,
  expected: number | undefined,
): CommitAnswer {
  const shard = at(next.shards, shardIndex);
  const time = at(next.times, segment);
  if (isLive(shard, segment)) return "entry is there";
  if (shard.floor > time) return "floor is later";
  if (shard.fence > time) return "fence is later";
  if (expected !== undefined && shard.next !== expected) return "n has moved";
  const records = world.recordsOf(segment);
  shard.live = [...shard.live, { segment, records }];
  shard.truth = [...shard.truth, ...new Array<number>(records).fill(segment)];
  shard.next += records;
  return "applied";
}

function expectationOf({ world, writer, part }: Actor): number | undefined {
  return world.writer(writer).stateDependent && !world.is("drops the expectation") ? part.known : undefined;
}

function afterCommit(actor: Actor, next: State, answer: CommitAnswer): string {
  const { world, part } = actor;
  const shard = at(next.shards, actor.shard);
  if (answer === "applied") return acknowledge(actor, next, shard.next - world.recordsOf(part.segment));
  if (answer === "entry is there") return acknowledge(actor, next, walkBack(shard, part.segment, world));
  const image = imageOf(shard);
  // Rule: a refusal says nothing about an earlier attempt of the same id that is still without an answer.
  if (part.unresolved > 0 && !world.is("takes any refusal for definite")) return goLookUp(actor, next, image);
  if (answer === "n has moved" && part.attempt + 1 < world.ids) {
    replacePart(actor, next, sending(part.segment, part.attempt + 1, image.next, part.limit));
    return `folds anew at n = ${image.next}`;
  }
  const byTime = answer === "floor is later" || answer === "fence is later";
  const lockedOut = byTime && part.attempt > 0 && image.limit === part.limit;
  return moveToNewId(actor, next, image, lockedOut);
}

function withoutAnswer(actor: Actor, next: State): void {
  const { world, writer, part } = actor;
  next.faults--;
  const phase = world.writer(writer).stateDependent ? "reread" : "fence";
  replacePart(actor, next, { ...part, phase, unresolved: part.unresolved + 1 });
}

/** Three naive writers read the sequencer where the built one fences. */
function fencesNow({ world, part }: Actor): boolean {
  if (world.is("goes on with an image from before the fence")) return part.image !== undefined;
  return !world.is("moves to a new id without a fence") && !world.is("sends the same id again");
}

function sendFence(actor: Actor, state: State, take: Take<State>): void {
  const { world, shard, part } = actor;
  take(next => {
    const before = at(next.shards, shard).fence;
    const answer = fence(world, next, shard, part.segment);
    return `${who(actor)} fences segment ${part.segment}: ${answer}; ${afterFence(actor, next, answer, before)}`;
  });
  // An unknown answer to a fence: it is sent again, so the writer stays where it is.
  if (state.faults === 0) return;
  take(next => {
    next.faults--;
    if (fence(world, next, shard, part.segment) !== "raised") return undefined;
    return `${who(actor)} fences segment ${part.segment}: raised, but the answer is lost`;
  });
  const call: LateCall = { call: "fence", shard, segment: part.segment, expected: undefined };
  if (state.late.some(late => byCall(late, call) === 0)) return;
  take(next => {
    next.faults--;
    next.late = insert(next.late, call, byCall);
    return `${who(actor)} fences segment ${part.segment}: times out, still in the network`;
  });
}

/** `SET fence = time + 1 IF e<id> absent AND fence < time + 1`. */
function fence(world: World, next: State, shardIndex: number, segment: number): FenceAnswer {
  const shard = at(next.shards, shardIndex);
  const wanted = at(next.times, segment) + 1;
  if (isLive(shard, segment)) return "entry is there";
  if (shard.fence >= wanted && !world.is("a fence may lower the fence")) return "fence is later";
  shard.fence = wanted;
  return "raised";
}

function afterFence(actor: Actor, next: State, answer: FenceAnswer, fenceBefore: number): string {
  const { world, part } = actor;
  const shard = at(next.shards, actor.shard);
  const olderFence = fenceBefore > at(next.times, part.segment);
  const fenceFirst = world.is("looks at the fence before the entry") && olderFence;
  // Rule: the entry is looked at first; where it is, the attempt was applied, whatever the fence says.
  if (answer === "entry is there" && !fenceFirst) {
    return acknowledge(actor, next, walkBack(shard, part.segment, world));
  }
  if (world.is("takes an older fence for never applied") && olderFence) {
    return moveToNewId(actor, next, imageOf(shard), false);
  }
  // Rule: on with the image of the fence's own answer. The old attempt can no longer be applied after it.
  return goLookUp(actor, next, part.image ?? imageOf(shard));
}

/**
 * A state-dependent commit needs no fence: n that has moved is one, since it never returns. While it has not
 * moved, the same attempt may be sent again. (Also what naive writers do instead of a fence.)
 */
function reread(actor: Actor, next: State): string {
  const { world, part } = actor;
  const shard = at(next.shards, actor.shard);
  const reads = `${who(actor)} reads the sequencer:`;
  if (isLive(shard, part.segment)) {
    return `${reads} entry is there; ${acknowledge(actor, next, walkBack(shard, part.segment, world))}`;
  }
  const image = imageOf(shard);
  if (world.is("goes on with an image from before the fence")) {
    replacePart(actor, next, { ...part, image });
    return `${reads} entry is not there, n = ${image.next}`;
  }
  const stillPossible = image.next === part.known && image.limit <= at(next.times, part.segment);
  if (part.phase === "reread" && stillPossible) {
    replacePart(actor, next, { ...part, phase: "commit" });
    return `${reads} n has not moved; will send the commit again`;
  }
  return `${reads} entry is not there; ${goLookUp(actor, next, image)}`;
}

/** A strong query of the u# pages over [n0, first live entry of the image). */
function lookUp(actor: Actor, next: State): string {
  const { world, part } = actor;
  const image = part.image ?? imageOf(at(next.shards, actor.shard));
  const from = world.is("learns n after the first attempt") ? image.next : part.known;
  const { pages } = at(next.shards, actor.shard);
  const looks = `${who(actor)} looks into the pages of [${from}, ${image.firstLive}):`;
  let covered = from;
  for (const page of pages) {
    if (page.end <= from || page.from >= image.firstLive) continue;
    const found = page.entries.find(entry => entry.segment === part.segment);
    if (found) return `${looks} found; ${acknowledge(actor, next, found.from)}`;
    if (page.from <= covered) covered = Math.max(covered, page.end);
  }
  // Rule: what compaction took away may have held our entry. Never re-send then.
  if (covered < image.firstLive && !world.is("looks up without coverage")) {
    replacePart(actor, next, ended("indefinite", part, -1));
    return `${looks} a gap at ${covered}; the outcome stays indefinite`;
  }
  if (world.is("sends the same id again") && part.attempt + 1 < world.ids) {
    replacePart(actor, next, { ...sending(part.segment, part.attempt + 1, part.known, 0), unresolved: 1 });
    return `${looks} absent; will send segment ${part.segment} again`;
  }
  return `${looks} covered and absent; ${moveToNewId(actor, next, image, false)}`;
}

/** PUT again, dated by the image, so that the fence which refused the old id lets the new one pass. */
function moveToNewId(actor: Actor, next: State, image: Image, lockedOut: boolean): string {
  const { world, writer, part } = actor;
  const shard = at(next.shards, actor.shard);
  shard.givenUp |= 1 << part.segment;
  if (part.attempt + 1 >= world.ids) {
    replacePart(actor, next, { ...ended("refused", part, -1), lockedOut });
    return "no id is left: a definite error";
  }
  const segment = world.segment(writer, actor.shard, part.attempt + 1);
  const clock = world.writer(writer).clock;
  next.times[segment] = world.is("dates the new id by the clock alone")
    ? clock
    : Math.max(clock, image.limit);
  next.stored |= 1 << segment;
  replacePart(actor, next, { ...sending(segment, part.attempt + 1, image.next, image.limit), lockedOut });
  return `puts ${named(next, segment)}`;
}

function goLookUp(actor: Actor, next: State, image: Image): string {
  replacePart(actor, next, { ...actor.part, phase: "lookUp", image });
  return "looks it up";
}

function acknowledge(actor: Actor, next: State, base: number): string {
  replacePart(actor, next, ended("acknowledged", actor.part, base));
  return `acknowledged at ${base}`;
}

/** Base offsets of live entries are not stored: walk them back from n in the order of s<id>. */
export function walkBack(shard: Shard, segment: number, world: World): number {
  let offset = shard.next;
  for (const entry of inWalkOrder(shard, world).toReversed()) {
    offset -= entry.records;
    if (entry.segment === segment) break;
  }
  return offset;
}

/** Live entries in the order that readers and writers take for theirs. */
export function inWalkOrder(shard: Shard, world: World): Shard["live"] {
  if (!world.is("walks back in order of segment id")) return shard.live;
  return shard.live.toSorted((a, b) => b.segment - a.segment);
}

/** Calls given up on arrive at any time, in any order, or never. */
export function deliverLate(world: World, state: State, take: Take<State>): void {
  for (const [i, late] of state.late.entries()) {
    take(next => {
      next.late = without(next.late, i);
      const { call, shard, segment, expected } = late;
      const answer =
        call === "fence" ? fence(world, next, shard, segment) : commit(world, next, shard, segment, expected);
      return `the late ${call} of segment ${segment} arrives at shard ${shard}: ${answer}`;
    });
  }
}

function byCall(a: LateCall, b: LateCall): number {
  return (
    a.segment - b.segment ||
    a.shard - b.shard ||
    (a.expected ?? -1) - (b.expected ?? -1) ||
    a.call.length - b.call.length
  );
}

function imageOf(shard: Shard): Image {
  return { firstLive: firstLive(shard), next: shard.next, limit: Math.max(shard.fence, shard.floor) };
}

function sending(segment: number, attempt: number, known: number, limit: number): Part {
  return {
    phase: "commit",
    segment,
    attempt,
    known,
    limit,
    unresolved: 0,
    image: undefined,
    base: -1,
    lockedOut: false,
  };
}

/** Forgets what no longer matters, so that fewer states differ. */
function ended(phase: Part["phase"], part: Part, base: number): Part {
  return { ...sending(part.segment, 0, 0, 0), phase, base };
}

function replacePart(actor: Actor, next: State, part: Part): void {
  next.writers[actor.writer] = at(next.writers, actor.writer).with(actor.shard, part);
}

function who({ world, writer, shard }: Actor): string {
  return world.shards === 1 ? `writer ${writer}` : `writer ${writer} at shard ${shard}`;
}

function named(state: State, segment: number): string {
  return `segment ${segment} of time ${at(state.times, segment)}`;
}
