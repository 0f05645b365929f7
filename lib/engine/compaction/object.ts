/**
 * Puts blocks as one compacted object. It is rubbish until a page names it, and counts for nothing until the frontier, or the
 * check behind a merge, says so.
 */
import { compactedObjectKey, type SegmentTime, segmentId, segmentTime } from "../../format/index.ts";
import { type CompactedPage, placeBlocks } from "../../format/items/index.ts";
import { encodeSegment } from "../../format/segment/index.ts";
import type { SegmentClock } from "../append/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import type { BuiltBlocks } from "./block-builder.ts";
import type { Place } from "./types.ts";

export type ObjectDeps = EngineDeps & { readonly segmentClock: SegmentClock };

type PutOptions = {
  readonly floor: number;
  readonly after?: SegmentTime;
  readonly tombstonesUntilMs?: number;
};

/**
 * Stores the blocks under an id that is not older than `floor` and younger than `after`, and answers with the page for them.
 * `tombstonesUntilMs`: see CompactedPage.
 */
export async function putObject(
  { objects, random, codecs, segmentClock }: ObjectDeps,
  { topic, partition }: Place,
  blocks: BuiltBlocks,
  { floor, after = segmentTime(0), tombstonesUntilMs = 0 }: PutOptions,
  budget: Budget,
): Promise<CompactedPage> {
  // The clock itself is not moved by `after`: one that ran ahead would spread.
  const time = segmentTime(Math.max(segmentClock.next(floor), after + 1));
  const objectId = segmentId(time, random.bytes(6));
  const { start, end } = blocks;
  const { parts, sizeBytes } = encodeSegment(objectId, blocks.inputs, codecs);
  // "Exists" is our own first attempt, whose answer was lost.
  await budget.call(() => objects.put(compactedObjectKey(topic, partition, start, objectId), parts));
  budget.took(sizeBytes);
  return { start, end, objectId, sizeBytes, tombstonesUntilMs, blocks: placeBlocks(start, blocks.facts) };
}
