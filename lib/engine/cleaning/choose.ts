/**
 * Whether a round of key compaction is due, and over what: pure. The dirty part of a partition are the blocks from the checkpoint
 * on whose records are old enough; all below it has been cleaned. What is decided here is what Kafka's cleaner
 * decides from the same configs, with blocks in the place of segments.
 */
import { type Offset, offset } from "../../format/index.ts";
import type { Cleaned, CompactedBlock, CompactedPage } from "../../format/items/index.ts";
import type { CleaningOptions, CleaningRules } from "./types.ts";

/** One round: keys of [from, to) are taken into account, and pages from `done` up to `to` are judged by them. */
export type Round = {
  readonly from: Offset;
  readonly to: Offset;
  readonly done: Offset;
  /** Records of the dirty part: at least as many as it has keys. */
  readonly records: number;
  /** There is more that is dirty. */
  readonly isMore: boolean;
};

/** The round that is due, if any. `chain`: pages from `start` on, in order, none inside another. */
export function chooseRound(
  chain: readonly CompactedPage[],
  start: Offset,
  state: Cleaned,
  rules: CleaningRules,
  { roundBytes }: Pick<CleaningOptions, "roundBytes">,
  nowMs: number,
): Round | undefined {
  const from = offset(Math.max(state.at, start));
  const dirty = dirtyOf(chain, from, rules, nowMs);
  if (state.round !== undefined && state.round.to > from) return goOn(dirty, from, start, state.round);
  const last = dirty.at(-1);
  const hasDue = chain.some(page => isDue(page, state.at, nowMs));
  if (last === undefined)
    return hasDue ? { from, to: from, done: start, records: 0, isMore: false } : undefined;
  if (!hasDue && !isWorth(chain, dirty, start, rules, nowMs)) return undefined;
  return { from, done: start, ...limited(dirty, from, roundBytes) };
}

/** Tombstones of the page have been there for long enough, and nothing before them has their keys any more. */
export function isDue(
  { end, tombstonesUntilMs }: Pick<CompactedPage, "end" | "tombstonesUntilMs">,
  cleanedTo: number,
  nowMs: number,
): boolean {
  return end <= cleanedTo && tombstonesUntilMs > 0 && tombstonesUntilMs <= nowMs;
}

/** A round that was cut off goes on with the keys that it began with: what it has done below is judged by them. */
function goOn(
  dirty: readonly CompactedBlock[],
  from: Offset,
  start: Offset,
  { to, done }: { readonly to: Offset; readonly done: Offset },
): Round {
  const within = dirty.filter(block => block.base < to);
  const isMore = within.length < dirty.length;
  return { from, to, done: offset(Math.max(done, start)), records: recordsOf(within), isMore };
}

/** Blocks that end after `from`, up to the first with a record that is too young. */
function dirtyOf(
  chain: readonly CompactedPage[],
  from: number,
  { minCompactionLagMs }: CleaningRules,
  nowMs: number,
): readonly CompactedBlock[] {
  const dirty: CompactedBlock[] = [];
  let reached = from;
  for (const block of chain.flatMap(({ blocks }) => blocks)) {
    const end = block.base + block.offsetCount;
    if (end <= reached) continue;
    if (minCompactionLagMs > 0 && block.maxTimestampMs > nowMs - minCompactionLagMs) break;
    dirty.push(block);
    reached = end;
  }
  return dirty;
}

function isWorth(
  chain: readonly CompactedPage[],
  dirty: readonly CompactedBlock[],
  start: number,
  { minCleanableDirtyRatio, maxCompactionLagMs }: CleaningRules,
  nowMs: number,
): boolean {
  const dirtyBytes = bytesOf(dirty);
  const first = dirty[0]?.base ?? 0;
  const clean = chain.flatMap(({ blocks }) => blocks).filter(({ base }) => base >= start && base < first);
  if (dirtyBytes >= minCleanableDirtyRatio * (dirtyBytes + bytesOf(clean))) return true;
  // A block says how old its youngest record is: within one it may come late by what the block spans.
  const oldest = Math.min(...dirty.map(({ maxTimestampMs }) => maxTimestampMs).filter(time => time >= 0));
  return nowMs - oldest > maxCompactionLagMs;
}

/** As many of the dirty blocks as one round takes, at least one. */
function limited(
  dirty: readonly CompactedBlock[],
  from: Offset,
  bytesMax: number,
): Pick<Round, "to" | "records" | "isMore"> {
  const taken: CompactedBlock[] = [];
  let bytes = 0;
  for (const block of dirty) {
    if (taken.length > 0 && bytes + block.length > bytesMax) break;
    taken.push(block);
    bytes += block.length;
  }
  const last = taken.at(-1);
  const to = last === undefined ? from : offset(last.base + last.offsetCount);
  return { to, records: recordsOf(taken), isMore: taken.length < dirty.length };
}

function bytesOf(blocks: readonly CompactedBlock[]): number {
  return blocks.reduce((sum, { length }) => sum + length, 0);
}

function recordsOf(blocks: readonly CompactedBlock[]): number {
  return blocks.reduce((sum, { recordCount }) => sum + recordCount, 0);
}
