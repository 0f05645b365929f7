import type { SegmentId } from "../../format/index.ts";
import type { Cluster } from "../cluster.ts";
import type { EngineDeps } from "../types.ts";
import type { TrustedClock } from "../upkeep/index.ts";

/** What a sweep leaves alone; the reasons are in `defaultSweepOptions`. */
export type SweepOptions = {
  /** What is younger is left alone, and may still be linked, ms. */
  readonly graceMs: number;
  /** How far back the table may be restored, ms: what it referred to meanwhile is kept. */
  readonly restoreWindowMs: number;
  /** The name under which this log owns its bucket. */
  readonly table: string;
};

const dayMs = 86_400_000;

/** Fit for any deployment: whoever knows that its table is never restored sets less. */
export const defaultSweepOptions: SweepOptions = {
  // Longer than any function is frozen and thawed again.
  graceMs: dayMs,
  // The longest that DynamoDB keeps for a restore.
  restoreWindowMs: 35 * dayMs,
  table: "cumulog",
};

export type SweepDeps = EngineDeps & { readonly trusted: TrustedClock; readonly cluster: Cluster };

/** Segments that something refers to, of those that a sweep may delete at all. */
export type References = { readonly objects: Set<SegmentId>; readonly items: Set<SegmentId> };

/** What was found of one kind. */
export type Found = {
  deleted: number;
  deletedBytes: number;
  kept: number;
  keptBytes: number;
};

/** A count that begins. */
export function nothingFound(): Found {
  return { deleted: 0, deletedBytes: 0, kept: 0, keptBytes: 0 };
}

/** What a sweep has done. */
export type SweepReport = {
  /** W: what is younger was not looked at, ms since 1970. */
  readonly beforeMs: number;
  /** The time of the mark that decided about objects; undefined: none is old enough yet, and no object went. */
  readonly markMs: number | undefined;
  readonly ingest: Readonly<Found>;
  readonly compacted: Readonly<Found>;
  /** Segments of the item tier; what is younger than W is not counted. */
  readonly items: Readonly<Found>;
  /** Objects older than W that nothing refers to: those deleted, and those that a restored table may still name. */
  readonly orphans: { readonly objects: number; readonly bytes: number; readonly dollarsPerMonth: number };
  /** Objects under names that nothing here writes: left alone. */
  readonly unknownObjects: number;
  /** The budget was used up: the next sweep goes on. */
  readonly isCutShort: boolean;
};
