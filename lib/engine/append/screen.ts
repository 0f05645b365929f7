/**
 * Before a commit: which batches of the part may be appended. Idempotent ones are decided against what their partition
 * remembers of their producer; those that are not to be appended are answered here, and the part goes on without them.
 */
import type { Offset, PartitionIndex } from "../../format/index.ts";
import { offset } from "../../format/index.ts";
import type { ProducerRun } from "../../format/items/index.ts";
import type { LeftOut, Producers } from "../producers/index.ts";
import type { DeadlineMs } from "../retry.ts";
import { chunkOf } from "./chunk-of.ts";
import type { Chunk, Pending, ShardPart } from "./types.ts";

/** A part that may be committed as it is. */
export type Screened = {
  /** The part given when nothing was left out, else what remains of it. */
  readonly part: ShardPart;
  /** Where partitions must end for the decisions to hold; those written blindly are not among them. */
  readonly expected: ReadonlyMap<PartitionIndex, Offset>;
  readonly runs: ReadonlyMap<PartitionIndex, readonly ProducerRun[]>;
};

/** Decides the part, answers what is left out. Throws ReadFailed. */
export async function screen(
  producers: Producers,
  part: ShardPart,
  deadlineMs: DeadlineMs,
): Promise<Screened> {
  const expected = new Map<PartitionIndex, Offset>();
  const runs = new Map<PartitionIndex, readonly ProducerRun[]>();
  const chunks: Chunk[] = [];
  let isWhole = true;
  for (const chunk of part.chunks) {
    if (!chunk.pendings.some(({ producer }) => producer)) {
      chunks.push(chunk);
      continue;
    }
    const decided = await producers.decide(part.shard, chunk.partition, chunk.pendings, deadlineMs);
    expected.set(chunk.partition, decided.expected);
    runs.set(chunk.partition, decided.runs);
    for (const leftOut of decided.leftOut) answerLeftOut(part, chunk.partition, leftOut);
    isWhole &&= decided.leftOut.length === 0;
    const gone = new Set(decided.leftOut.map(({ batch }) => batch));
    const rest = chunk.pendings.filter(pending => !gone.has(pending));
    if (rest.length > 0) chunks.push(gone.size === 0 ? chunk : chunkOf(chunk.partition, rest));
  }
  return { part: isWhole ? part : { ...part, chunks }, expected, runs };
}

function answerLeftOut(part: ShardPart, partition: PartitionIndex, leftOut: LeftOut<Pending>): void {
  const { batch, decision, sameAs } = leftOut;
  if (decision.kind === "refuse") {
    batch.answer.resolve({ kind: "failed", error: decision.error });
    return;
  }
  if (sameAs) {
    void sameAs.answer.promise.then(answer => batch.answer.resolve(answer));
    return;
  }
  batch.answer.resolve({
    kind: "appended",
    baseOffset: offset(decision.baseOffset),
    recordCount: batch.recordCount,
    appendTimeMs: -1,
    logStartOffset: part.shard.known?.partitions.get(partition)?.start ?? offset(0),
  });
}
