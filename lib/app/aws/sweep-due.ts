/**
 * When the next sweep is due. Nothing of its own is stored for it: each sweep leaves a mark in the bucket, and the store says how
 * old that is by its own clock. Two processes that find a sweep due at once both sweep, which does no harm.
 */
import { markObjectKey, markPrefix, markTimeOf } from "../../format/index.ts";
import type { ObjectStore } from "../../ports/index.ts";

export type SweepTimes = { readonly sweepIntervalMs: number };

/** A mark is named after a time before its sweep: by the grace of that sweep, 35 days at most, and what clocks differ. */
const namedBeforeMsMax = 36 * 86_400_000;

/** Whether no mark was stored within the interval. Throws what the store throws. */
export async function isSweepDue(
  objects: ObjectStore,
  { table, nowMs }: { readonly table: string; readonly nowMs: number },
  { sweepIntervalMs }: SweepTimes,
): Promise<boolean> {
  if (sweepIntervalMs === 0) return true;
  const fromMs = Math.max(0, nowMs - sweepIntervalMs - namedBeforeMsMax);
  const after = markObjectKey(table, fromMs);
  const { objects: marks, storeTimeMs } = await objects.list(markPrefix, { after });
  return marks.every(
    ({ key, modifiedMs }) =>
      markTimeOf(table, key) === undefined || storeTimeMs - modifiedMs >= sweepIntervalMs,
  );
}
