/**
 * What of a chunk is appended: every idempotent batch is decided in its order, each on top of those accepted before it.
 * Pure; what it answers holds only if the partition still ends where the fold does, so the commit expects that.
 */
import type { ProducerRun } from "../../format/items/index.ts";
import { type Decision, decide, type ProducerBatch } from "./decide.ts";
import type { Fold } from "./fold.ts";
import { sequenceAfter } from "./sequences.ts";
import { advance, type ProducerState } from "./state.ts";

/** A batch to decide, or one without a producer: only its place counts. */
export type PlannedBatch = { readonly recordCount: number; readonly producer?: ProducerBatch };

/** A batch that is not appended. */
export type LeftOut<Batch> = {
  readonly batch: Batch;
  readonly decision: Exclude<Decision, { kind: "append" }>;
  /** The batch of the same chunk that it repeats: its answer is this one's too. */
  readonly sameAs?: Batch;
};

export type ChunkPlan<Batch> = {
  /** Producer runs of what is appended, if nothing is left out. */
  readonly runs: readonly ProducerRun[];
  readonly leftOut: readonly LeftOut<Batch>[];
};

export function planChunk<Batch extends PlannedBatch>(
  fold: Fold,
  batches: readonly Batch[],
): ChunkPlan<Batch> {
  const states = new Map<number, ProducerState>();
  const runs: ProducerRun[] = [];
  const leftOut: LeftOut<Batch>[] = [];
  const accepted: Batch[] = [];
  let offsetDelta = 0;
  for (const batch of batches) {
    const { producer, recordCount } = batch;
    if (producer) {
      const state = states.get(producer.producerId) ?? fold.stateOf(producer.producerId);
      const decision = decide(state, producer);
      if (decision.kind !== "append") {
        leftOut.push({ batch, decision, ...sameAs(fold, decision, batch, accepted) });
        continue;
      }
      const run = { ...producer, offsetDelta };
      states.set(producer.producerId, advance(state, run, fold.at + offsetDelta, 0));
      addRun(runs, run);
    }
    accepted.push(batch);
    offsetDelta += recordCount;
  }
  return { runs, leftOut };
}

/** A duplicate of what is only about to be appended has its offset when that has it. */
function sameAs<Batch extends PlannedBatch>(
  fold: Fold,
  decision: Decision,
  { producer }: Batch,
  accepted: readonly Batch[],
): { readonly sameAs?: Batch } {
  if (decision.kind !== "duplicate" || decision.baseOffset < fold.at) return {};
  const original = accepted.find(
    each =>
      each.producer?.producerId === producer?.producerId &&
      each.producer?.firstSequence === producer?.firstSequence &&
      each.producer?.count === producer?.count,
  );
  return original ? { sameAs: original } : {};
}

/** Runs that follow each other in sequence and offset become one: the entry stays small. */
function addRun(runs: ProducerRun[], run: ProducerRun): void {
  const last = runs.at(-1);
  const isContinued =
    last !== undefined &&
    last.producerId === run.producerId &&
    last.producerEpoch === run.producerEpoch &&
    sequenceAfter(last.firstSequence, last.count) === run.firstSequence &&
    last.offsetDelta + last.count === run.offsetDelta;
  if (isContinued) runs[runs.length - 1] = { ...last, count: last.count + run.count };
  else runs.push(run);
}
