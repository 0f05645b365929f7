/**
 * Where objects and item-tier segments live. The hash spreads writers over prefixes and partition keys from day one,
 * and lets a sweep enumerate segments without a scan.
 */
import { type Offset, type PartitionIndex, type SegmentId, sortable, type TopicId } from "./ids.ts";
import { limits } from "./limits.ts";

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

/** Every object of ingest segments is below it, and everything below it is one. */
export const segmentPrefix = "ingest/";
/** Every compacted object is below it. */
export const compactedPrefix = "topics/";
/** What the sweep keeps for itself. */
export const markPrefix = "sweep/mark/";
const ownerPrefix = "sweep/owner/";

/** The object of an ingest segment: `ingest/<2 hex>/<segment id>`. */
export function segmentObjectKey(id: SegmentId): string {
  return `ingest/${segmentHash(id)}/${id}`;
}

/** The object of one partition that begins at `base`: `topics/<topic id>/<partition>/<base offset, 16 digits>-<segment id>`. */
export function compactedObjectKey(
  topic: TopicId,
  partition: PartitionIndex,
  base: Offset,
  id: SegmentId,
): string {
  return `${compactedPrefix}${topic}/${partition}/${sortable(base)}-${id}`;
}

/** The segment id at the end of the key of an object, ingest or compacted. */
export function segmentIdOfKey(key: string): SegmentId {
  return key.slice(-16) as SegmentId;
}

const ingestKey = /^ingest\/([0-9a-f]{2})\/([-0-9A-Z_a-z]{16})$/;
const compactedKey = /^topics\/([-0-9A-Z_a-z]{22})\/\d+\/\d{16}-([-0-9A-Z_a-z]{16})$/;

/** Whose bytes an object holds; undefined: the key is none that this program writes. `topicId`: of a compacted object. */
export function segmentOfKey(
  key: string,
): { readonly id: SegmentId; readonly topicId: TopicId | undefined } | undefined {
  const ingest = ingestKey.exec(key);
  const id = (ingest?.[2] ?? compactedKey.exec(key)?.[2]) as SegmentId | undefined;
  if (id === undefined || (ingest !== null && segmentHash(id) !== ingest[1])) return undefined;
  return { id, topicId: compactedKey.exec(key)?.[1] as TopicId | undefined };
}

/** The object of the mark that a sweep of a table makes for a time. */
export function markObjectKey(table: string, timeMs: number): string {
  return `${markPrefix}${encodeURIComponent(table)}/${sortable(timeMs)}`;
}

/** The time of the mark of a table that lies there; undefined when none of this table does. */
export function markTimeOf(table: string, key: string): number | undefined {
  const time = Number(key.slice(-limits.offsetDigits));
  return Number.isSafeInteger(time) && markObjectKey(table, time) === key ? time : undefined;
}

/** Says for which table a bucket is swept. Its bytes: the cluster id of that log. */
export function ownerObjectKey(table: string): string {
  return `${ownerPrefix}${encodeURIComponent(table)}`;
}

/** Where the owner of a bucket is found. */
export const ownerObjectPrefix = ownerPrefix;
