/**
 * The bytes of a chunk from where they lie, past every cache: for whoever copies or checks what is stored.
 */
import { segmentObjectKey } from "../../format/index.ts";
import { readSegmentItem, segmentItemKey } from "../../format/items/index.ts";
import type { Call } from "../pages/index.ts";
import type { EngineDeps } from "../types.ts";
import type { ChunkPlace } from "./chunk.ts";

/** Fewer than the place says when the object ends early; undefined when there is none. */
export async function chunkBytes(
  { objects, items }: Pick<EngineDeps, "objects" | "items">,
  { segmentId, tier, position, length, block }: ChunkPlace,
  call: Call,
): Promise<Uint8Array | undefined> {
  if (tier === "item") {
    const attributes = await call(() => items.get(segmentItemKey(segmentId), { consistent: true }));
    return attributes && readSegmentItem(segmentId, attributes).slice(position, position + length);
  }
  const key = block?.objectKey ?? segmentObjectKey(segmentId);
  const result = await call(() => objects.get(key, { start: position, length }));
  return result.kind === "found" ? result.bytes : undefined;
}
