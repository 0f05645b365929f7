/**
 * A block of a compacted page as a chunk: where it lies, and what its bytes must be.
 */
import { compactedObjectKey, type PartitionIndex, type TopicId } from "../../format/index.ts";
import type { CompactedBlock, CompactedPage } from "../../format/items/index.ts";
import type { PlannedChunk } from "./chunk.ts";

/** The place of a block of this partition. */
export function blockPlace(
  { topic, partition }: { readonly topic: TopicId; readonly partition: PartitionIndex },
  { start, objectId }: Pick<CompactedPage, "start" | "objectId">,
  { base, offsetCount, position, length, maxTimestampMs, recordCount, crc32c, isLost }: CompactedBlock,
): PlannedChunk {
  const objectKey = compactedObjectKey(topic, partition, start, objectId);
  return {
    segmentId: objectId,
    tier: "compacted",
    position,
    length,
    base,
    offsetCount,
    maxTimestampMs,
    block: { objectKey, recordCount, crc32c, isLost },
  };
}
