/**
 * Where objects and item-tier segments live. The hash spreads writers over prefixes and partition keys from day one,
 * and lets a sweep enumerate segments without a scan.
 */
import type { SegmentId } from "./ids.ts";

/** How many prefixes segments are spread over. */
export const segmentHashCount = 256;

/** Two hex digits from the random half of the id: FNV-1a, enough to spread. stored: never change. */
export function segmentHash(id: SegmentId): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return ((hash >>> 24) & 0xff).toString(16).padStart(2, "0");
}

/** The object of an ingest segment: `ingest/<2 hex>/<segment id>`. */
export function segmentObjectKey(id: SegmentId): string {
  return `ingest/${segmentHash(id)}/${id}`;
}
