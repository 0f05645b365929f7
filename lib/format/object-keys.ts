/**
 * Where objects and item-tier segments live. The hash spreads writers over prefixes and partition keys from day one,
 * and lets a sweep enumerate segments without a scan.
 */
import type { SegmentId } from "./ids.ts";

/** How many prefixes segments are spread over. */
export const segmentHashCount = 256;

/** Two hex digits, most of them from the random half of the id. */
export function segmentHash(id: SegmentId): string {
  return hexHash(id);
}

/** Two hex digits of a text: FNV-1a, enough to spread. stored: never change. */
export function hexHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash >>> 24) & 0xff).toString(16).padStart(2, "0");
}

/** The object of an ingest segment: `ingest/<2 hex>/<segment id>`. */
export function segmentObjectKey(id: SegmentId): string {
  return `ingest/${segmentHash(id)}/${id}`;
}
