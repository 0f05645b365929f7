/**
 * A process that brings a batch into the log: fold, decide, commit, and look up what was not answered, as
 * lib/engine/producers and lib/engine/append/commit.ts do it. What needs no answer from a store is no step of its own.
 */
import { present } from "../../lib/std/index.ts";
import type { Take } from "./checker.ts";
import { order, put } from "./fold-environment.ts";
import { decide, emptyFold, type Fold } from "./fold-memory.ts";
import type { Process, State, World } from "./fold-state.ts";
import { at, without } from "./lists.ts";
import { firstLive, type Page, walkedBack } from "./pages.ts";

/** Every step of one process. */
export function deliver(world: World, state: State, index: number, take: Take<State>): void {
  const { phase } = at(state.processes, index);
  if (phase === "idle") begin(world, state, index, take);
  if (phase === "decide") take(next => bringForward(world, next, index));
  if (phase === "snapshot") readSnapshot(world, state, index, take);
  if (phase === "pages") take(next => readPage(world, next, index));
  if (phase === "commit") commit(world, state, index, take);
  if (phase === "unknown") take(next => fence(world, next, index));
  if (phase === "lookUp") take(next => lookUp(next, index));
}

function change(next: State, index: number, over: Partial<Process>): void {
  next.processes[index] = { ...at(next.processes, index), ...over };
}

/** Any delivery that is meant for this process and may be sent by now. */
function begin(world: World, state: State, index: number, take: Take<State>): void {
  for (const [i, { process, batch, after }] of world.bounds.deliveries.entries()) {
    if (process !== index || at(state.deliveries, i).status !== "waiting") continue;
    if (after !== undefined && at(state.deliveries, after).status !== "answered") continue;
    take(next => {
      next.deliveries[i] = { ...at(next.deliveries, i), status: "underWay", wasFit: world.isFit(next, i) };
      change(next, index, { phase: "decide", delivery: i, segment: -1, hasLooked: false });
      return `batch ${batch} is sent to process ${index}`;
    });
  }
}

/** A warm fold goes on with the image, over the pages where it must; a cold one begins with the snapshot. */
function bringForward(world: World, next: State, index: number): string {
  const { fold, image } = at(next.processes, index);
  const folded = fold && world.upTo(next, fold, image);
  if (folded) return resolve(world, next, index, folded);
  change(next, index, { phase: fold ? "pages" : "snapshot" });
  return `process ${index} has ${fold ? `a fold at ${fold.at}, and [.., ${firstLive(image)}) is in pages` : "no fold"}`;
}

/** A strong read shows the newest. */
function readSnapshot(world: World, state: State, index: number, take: Take<State>): void {
  const seen = [state.snapshot];
  if (world.is("reads the snapshot eventually")) seen.push(state.snapshotBefore);
  for (const snapshot of seen)
    take(next => {
      change(next, index, { phase: "pages", fold: snapshot ?? emptyFold });
      return `process ${index} reads the snapshot at ${snapshot?.at ?? "no offset: there is none"}`;
    });
}

/** The first page that ends beyond the fold. Rule: it covers the fold's end, or the fold begins anew. */
function readPage(world: World, next: State, index: number): string | undefined {
  const { image, fold: stored } = at(next.processes, index);
  const fold = present(stored, "the fold");
  if (fold.at >= firstLive(image))
    return resolve(world, next, index, present(world.upTo(next, fold, image), "it"));
  const page = next.pages.find(({ end }) => end > fold.at);
  if (page && (page.from <= fold.at || world.is("folds on beyond a gap"))) {
    const folded = world.folded(next, fold, page.entries);
    change(next, index, { fold: folded });
    return `process ${index} folds u#${page.end}, up to ${folded.at}`;
  }
  if (world.is("folds on beyond a gap"))
    return resolve(world, next, index, present(world.upTo(next, fold, image), "it"));
  if (world.is("waits at a gap for the page")) return undefined;
  change(next, index, { phase: "snapshot", fold: undefined });
  return `process ${index} finds no page at ${fold.at}, and begins anew`;
}

/** What becomes of the batch by the fold at its end. */
function resolve(world: World, next: State, index: number, fold: Fold): string {
  change(next, index, { fold });
  const process = at(next.processes, index);
  const { batch, hasCompanion } = at(world.bounds.deliveries, process.delivery);
  const decision = decide(fold, at(world.bounds.batches, batch), world.laxity(next));
  const said = `process ${index} decides at ${fold.at}:`;
  if (decision.kind === "append") {
    const companion = hasCompanion ? process.delivery : -1;
    const segment = process.segment >= 0 ? process.segment : put(next, batch, companion);
    change(next, index, { phase: "commit", segment, expected: fold.at });
    return `${said} batch ${batch} is next, segment ${segment} of day ${at(next.segments, segment).day}`;
  }
  if (decision.kind === "refuse" && decision.isPerhapsOld && !process.hasLooked) {
    // Rule: an entry that the fold has not seen may be the one that is missing.
    if (!world.is("calls a batch missing by the fold at hand")) {
      const delivery = at(next.deliveries, process.delivery);
      const wasFit = delivery.wasFit && world.isFit(next, process.delivery);
      next.deliveries[process.delivery] = { ...delivery, wasFit };
      change(next, index, { phase: "decide", image: next.sequencer, hasLooked: true });
      return `${said} something is missing, and looks strongly: n = ${next.sequencer.next}`;
    }
  }
  const offset = decision.kind === "duplicate" ? decision.offset : -1;
  leaveOut(world, next, index, offset);
  return `${said} ${offset < 0 ? "it is refused" : `it is a duplicate of ${offset}`}`;
}

/** The batch is answered; what else was in its segment is put anew and ordered without it. */
function leaveOut(world: World, next: State, index: number, offset: number): void {
  const { delivery } = at(next.processes, index);
  const before = at(next.deliveries, delivery);
  const isWronged = offset < 0 && before.wasFit && world.isFit(next, delivery);
  if (at(world.bounds.deliveries, delivery).hasCompanion) order(next, put(next, -1, delivery));
  next.deliveries[delivery] = { ...before, status: offset < 0 ? "refused" : "answered", offset, isWronged };
  rest(next, index);
}

function rest(next: State, index: number): void {
  change(next, index, { phase: "idle", delivery: -1, segment: -1, expected: -1, hasLooked: false });
}

/** One conditional update. It is answered; or it is not, though it was applied, never will be, or may be later. */
function commit(world: World, state: State, index: number, take: Take<State>): void {
  const { segment, expected } = at(state.processes, index);
  const holds = isHeld(world, state, expected);
  take(next => {
    if (holds) order(next, segment);
    change(next, index, { image: next.sequencer, phase: "decide" });
    if (!holds)
      return `the commit of segment ${segment} is refused: n = ${next.sequencer.next}, not ${expected}`;
    acknowledge(world, next, index, expected);
    return `process ${index} commits segment ${segment} at ${expected}`;
  });
  if (state.faults === 0) return;
  const unanswered = (what: string, apply: (next: State) => void): void =>
    take(next => {
      next.faults--;
      apply(next);
      change(next, index, { phase: "unknown" });
      return `the commit of segment ${segment} is not answered: ${what}`;
    });
  if (holds) unanswered("it was applied", next => order(next, segment));
  else unanswered("it was refused", () => undefined);
  unanswered("it is late", next => {
    next.late = [...next.late, { segment, expected }];
  });
}

function isHeld(world: World, { sequencer }: State, expected: number): boolean {
  return sequencer.next === expected || world.is("drops the expectation");
}

function acknowledge(world: World, next: State, index: number, offset: number): void {
  const { delivery, fold, image } = at(next.processes, index);
  next.deliveries[delivery] = { ...at(next.deliveries, delivery), status: "answered", offset };
  // The fold follows, if it reaches.
  const followed = fold && world.upTo(next, fold, image);
  change(next, index, { fold: followed ?? fold });
  rest(next, index);
}

/** A late commit arrives, or never. */
export function deliverLate(world: World, state: State, take: Take<State>): void {
  for (const [i, { segment, expected }] of state.late.entries())
    take(next => {
      next.late = without(next.late, i);
      if (!isHeld(world, next, expected)) return `the late commit of segment ${segment} is refused`;
      order(next, segment);
      return `the late commit of segment ${segment} arrives, at ${expected}`;
    });
}

/** From here on the old attempt cannot arrive; the image says whether it did. */
function fence(world: World, next: State, index: number): string {
  const { segment } = at(next.processes, index);
  next.late = next.late.filter(late => late.segment !== segment);
  change(next, index, { image: next.sequencer, phase: "lookUp" });
  const own = walkedBack(next.sequencer).find(entry => entry.segment === segment);
  if (own) {
    acknowledge(world, next, index, own.from);
    return `process ${index} fences segment ${segment} and finds it at ${own.from}`;
  }
  if (world.is("decides anew before it looks up")) change(next, index, { phase: "decide", segment: -1 });
  return `process ${index} fences segment ${segment}, which is not live`;
}

/** The pages from where it was expected up to the live entries. A gap proves nothing. */
function lookUp(next: State, index: number): string {
  const { segment, expected, image, delivery } = at(next.processes, index);
  let covered = expected;
  for (const page of next.pages) {
    const own = ownIn(page, segment);
    if (own !== undefined) {
      next.deliveries[delivery] = { ...at(next.deliveries, delivery), status: "answered", offset: own };
      rest(next, index);
      return `process ${index} finds segment ${segment} at ${own}`;
    }
    if (page.from <= covered) covered = Math.max(covered, page.end);
  }
  if (covered < firstLive(image)) {
    next.deliveries[delivery] = { ...at(next.deliveries, delivery), status: "indefinite" };
    rest(next, index);
    return `process ${index} cannot say what became of segment ${segment}`;
  }
  change(next, index, { phase: "decide", segment: -1 });
  return `process ${index} finds that segment ${segment} was never committed`;
}

function ownIn({ entries }: Page, segment: number): number | undefined {
  return entries.find(entry => entry.segment === segment)?.from;
}
