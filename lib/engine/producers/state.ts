/**
 * What a partition remembers of one producer: its epoch and the last ranges of its batches. Pure, and never changed in
 * place, so that a decision can be tried on top of another.
 */
import type { ProducerRun } from "../../format/items/index.ts";
import { sequenceAfter, sequenceDistance } from "./sequences.ts";

/** Records contiguous in sequence and in offset, in one or many batches. */
export type SequenceRange = {
  readonly firstSequence: number;
  readonly count: number;
  readonly baseOffset: number;
};

export type ProducerState = {
  readonly epoch: number;
  /** Oldest first, of this epoch, at least one. */
  readonly ranges: readonly SequenceRange[];
  /** The log's time at its last entry: the newest segment time up to that, ms. */
  readonly lastTimeMs: number;
};

/** As Kafka: a client has at most 5 batches under way, and asks again for none older. */
export const rangesMax = 5;
/** Half the circle: a longer range could not tell an old sequence from a new one. */
const rangeCountMax = 2 ** 30;

/** The state after a run that the log holds at `offset`. The run was decided when it was committed: it is believed. */
export function advance(
  state: ProducerState | undefined,
  run: Pick<ProducerRun, "producerEpoch" | "firstSequence" | "count">,
  baseOffset: number,
  timeMs: number,
): ProducerState {
  const range = { firstSequence: run.firstSequence, count: run.count, baseOffset };
  const before = state?.epoch === run.producerEpoch ? state.ranges : [];
  const lastTimeMs = Math.max(state?.lastTimeMs ?? 0, timeMs);
  return { epoch: run.producerEpoch, ranges: append(before, range), lastTimeMs };
}

function append(ranges: readonly SequenceRange[], range: SequenceRange): readonly SequenceRange[] {
  const last = ranges.at(-1);
  const isContinued =
    last !== undefined &&
    sequenceAfter(last.firstSequence, last.count) === range.firstSequence &&
    last.baseOffset + last.count === range.baseOffset;
  if (!isContinued) return [...ranges, range].slice(-rangesMax);
  return [...ranges.slice(0, -1), shortened({ ...last, count: last.count + range.count })];
}

/** Drops the oldest of a range that grew too long. */
function shortened(range: SequenceRange): SequenceRange {
  const excess = range.count - rangeCountMax;
  if (excess <= 0) return range;
  return {
    firstSequence: sequenceAfter(range.firstSequence, excess),
    count: rangeCountMax,
    baseOffset: range.baseOffset + excess,
  };
}

/** The sequence that the producer's next batch begins with. */
export function nextSequence({ ranges }: ProducerState): number {
  const last = ranges.at(-1);
  return last === undefined ? 0 : sequenceAfter(last.firstSequence, last.count);
}

/** The offset of records that are there already, all of them within one range. */
export function offsetOf(
  { ranges }: ProducerState,
  firstSequence: number,
  count: number,
): number | undefined {
  for (const range of ranges) {
    const distance = sequenceDistance(range.firstSequence, firstSequence);
    if (distance + count <= range.count) return range.baseOffset + distance;
  }
  return undefined;
}
