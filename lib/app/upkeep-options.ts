/**
 * What the settings say of the log's own upkeep, as the engine wants it.
 */
import type { EngineOptions } from "../engine/index.ts";
import type { Config } from "./settings.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** The longest that DynamoDB keeps for a restore. */
const restoreWindowMs = 35 * dayMs;

/** A log of one server has no frozen writers elsewhere, and no table that is restored. */
export const sweepOfOneServer: EngineOptions["sweep"] = {
  graceMs: 10 * minuteMs,
  restoreWindowMs: 0,
  table: "local",
};

/** Options of compaction and sweep. */
export function upkeepOptions(
  { compaction }: Pick<EngineOptions, "compaction">,
  { backend, table, compactionAgeMs, compactionTargetBytes, sweepGraceMs }: Config,
): Pick<EngineOptions, "compaction" | "sweep"> {
  const isShared = backend === "aws";
  const graceMs = sweepGraceMs > 0 ? sweepGraceMs : isShared ? dayMs : sweepOfOneServer.graceMs;
  return {
    compaction: { ...compaction, ageMs: compactionAgeMs, targetBytes: compactionTargetBytes },
    sweep: isShared ? { graceMs, restoreWindowMs, table } : { ...sweepOfOneServer, graceMs },
  };
}
