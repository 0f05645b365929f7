/** What must hold in every state of the fold model, and what once nothing more can happen. */
import type { Invariant } from "./checker.ts";
import type { FoldInvariant } from "./fold.ts";
import { decide, emptyFold, type Fold, taken } from "./fold-memory.ts";
import { recordsOf, type State, type World } from "./fold-state.ts";
import { at } from "./lists.ts";
import { firstLive } from "./pages.ts";

type AtRest = "I12 a delivery comes to an end";

/** Held by every state. */
export function foldInvariants(world: World): Record<Exclude<FoldInvariant, AtRest>, Invariant<State>> {
  return {
    "I4 once and in order": state => disordered(world, state),
    "I3 an answer names the true offset": state => misnamed(world, state),
    "I4 a refusal is true": wronged,
    "I7 a segment is appended once": state => repeated(world, state),
    "I12 a fold can be begun anew": state => unreachable(world, state),
  };
}

/** Held when nothing more can happen. */
export function foldInvariantsAtRest(world: World): Record<AtRest, Invariant<State>> {
  return { "I12 a delivery comes to an end": state => stuck(world, state) };
}

/** Every batch in the log was to be appended there, by somebody who knows all that lies before it. */
function disordered(world: World, state: State): string | undefined {
  const { batches } = world.bounds;
  let fold = emptyFold;
  for (const segment of state.log) {
    const content = at(state.segments, segment);
    if (content.batch >= 0) {
      const { kind } = decide(fold, at(batches, content.batch));
      if (kind !== "append")
        return `batch ${content.batch} is at ${fold.at}, and was to be ${kind === "refuse" ? "refused" : "a duplicate"}`;
    }
    fold = taken(fold, content, recordsOf(state, segment), batches);
  }
  return undefined;
}

function misnamed(world: World, state: State): string | undefined {
  for (const [i, { offset }] of state.deliveries.entries()) {
    if (offset < 0) continue;
    const { batch } = at(world.bounds.deliveries, i);
    const there = batchAt(state, offset);
    if (there !== batch) return `batch ${batch} was said to be at ${offset}, where ${there} is`;
  }
  return undefined;
}

/** The batch at an offset; -1: a blind record, or nothing. */
function batchAt(state: State, offset: number): number {
  let from = 0;
  for (const segment of state.log) {
    if (from === offset) return at(state.segments, segment).batch;
    from += recordsOf(state, segment);
  }
  return -1;
}

function wronged(state: State): string | undefined {
  const found = state.deliveries.findIndex(({ isWronged }) => isWronged);
  return found < 0 ? undefined : `delivery ${found} was refused and was fit all the time`;
}

/** What a delivery brings beside its batch is there at most once, and once when it was answered. */
function repeated(world: World, state: State): string | undefined {
  for (const [i, { status }] of state.deliveries.entries()) {
    if (!at(world.bounds.deliveries, i).hasCompanion) continue;
    const times = state.log.filter(segment => at(state.segments, segment).companion === i).length;
    const isAnswered = status === "answered" || status === "refused";
    if (times > 1 || (isAnswered && times === 0))
      return `the record beside the batch of delivery ${i} is there ${times} times`;
  }
  return undefined;
}

/** A fold that is begun and ended in one moment reaches the end, whichever snapshot a read may show. */
function unreachable(world: World, state: State): string | undefined {
  const begins = [state.snapshot];
  if (world.is("reads the snapshot eventually") && state.snapshot) begins.push(state.snapshotBefore);
  for (const snapshot of begins) {
    let fold: Fold = snapshot ?? emptyFold;
    for (const page of state.pages) fold = world.folded(state, fold, page.entries);
    if (fold.at < firstLive(state.sequencer))
      return `a fold that begins at ${snapshot?.at ?? 0} ends at ${fold.at}: live entries begin at ${firstLive(state.sequencer)}`;
  }
  return undefined;
}

function stuck(world: World, state: State): string | undefined {
  const open = state.deliveries.findIndex(({ status }, i) => {
    const { after } = at(world.bounds.deliveries, i);
    const mayBegin = after === undefined || at(state.deliveries, after).status === "answered";
    return status === "underWay" || (status === "waiting" && mayBegin);
  });
  return open < 0 ? undefined : `delivery ${open} is not answered`;
}
