/** The batches of one partition in one flush, summed up. */
import type { PartitionIndex } from "../../format/index.ts";
import type { Chunk, Pending } from "./types.ts";

export function chunkOf(partition: PartitionIndex, pendings: readonly Pending[]): Chunk {
  return {
    partition,
    pendings,
    recordCount: pendings.reduce((count, pending) => count + pending.recordCount, 0),
    maxTimestampMs: pendings.reduce((max, pending) => Math.max(max, pending.maxTimestampMs), -1),
  };
}
