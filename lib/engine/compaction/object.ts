/**
 * Puts blocks as one compacted object. It is rubbish until a page names it, and counts for nothing until the frontier, or the
 * check behind a merge, says so.
 */
import { compactedObjectKey, segmentId } from "../../format/index.ts";
import { type CompactedPage, placeBlocks } from "../../format/items/index.ts";
import { encodeSegment } from "../../format/segment/index.ts";
import type { SegmentClock } from "../append/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import type { BuiltBlocks } from "./block-builder.ts";
import type { Place } from "./types.ts";

export type ObjectDeps = EngineDeps & { readonly segmentClock: SegmentClock };

/**
 * Stores the blocks under an id that is not older than `floor`, and answers with the page for them. `tombstonesUntilMs`: see
 * CompactedPage.
 */
export async function putObject(
  { objects, random, codecs, segmentClock }: ObjectDeps,
  { topic, partition }: Place,
  blocks: BuiltBlocks,
  { floor, tombstonesUntilMs = 0 }: { readonly floor: number; readonly tombstonesUntilMs?: number },
  budget: Budget,
): Promise<CompactedPage> {
  const objectId = segmentId(segmentClock.next(floor), random.bytes(6));
  const { start, end } = blocks;
  const { parts, sizeBytes } = encodeSegment(objectId, blocks.inputs, codecs);
  // "Exists" is our own first attempt, whose answer was lost.
  await budget.call(() => objects.put(compactedObjectKey(topic, partition, start, objectId), parts));
  budget.took(sizeBytes);
  return { start, end, objectId, sizeBytes, tombstonesUntilMs, blocks: placeBlocks(start, blocks.facts) };
}
