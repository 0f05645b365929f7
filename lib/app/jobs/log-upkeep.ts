/**
 * The upkeep of the log in a process that lives: never more than a share of the time, so that those who read and write hardly
 * notice.
 */
import type { BudgetLimits, Engine } from "../../engine/index.ts";
import { type Clock, sleep, type Telemetry } from "../../ports/index.ts";
import { Rounds } from "./rounds.ts";

/** What giving back space may take. */
export type ReclaimBounds = {
  readonly bytesMax: number;
  readonly rest: (turnMs: number) => Promise<void>;
  readonly signal: AbortSignal;
};

/** Gives back the space of what was deleted; answers with what it had to copy for that. */
export type Reclaim = (
  bounds: ReclaimBounds,
) => Promise<{ readonly packs: number; readonly copiedBytes: number }>;

/** For stores that give back space by themselves. */
export const nothingToReclaim: Reclaim = async () => ({ packs: 0, copiedBytes: 0 });

type Deps = {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly reclaim: Reclaim;
};

/** Of the time that passes, at work for the log itself: a turn is followed by four times as long a rest. */
const timeShare = 0.2;
/** A sweep lists everything: it may come so often, and what it removes is older than that in any case. */
const sweepPauseMs = 600_000;
/** One turn reads and writes so much, then others have theirs: at most one object is in memory. */
const limits: BudgetLimits = {
  bytesMax: 128 * 1024 * 1024,
  callsMax: 10_000,
  timeMsMax: 5_000,
  callMsMax: 10_000,
};

/** Tends every shard in turn, once it is started. `pauseMs`: from the end of one round to the next. */
export function logUpkeep(deps: Deps, { pauseMs }: { readonly pauseMs: number }): Rounds {
  const { engine, clock, telemetry } = deps;
  const options = { pauseMs, failure: "the log could not be looked after" };
  let nextSweepMs = 0;
  let isReclaimDue = false;
  return new Rounds(deps, options, async signal => {
    const rest = (turnMs: number): Promise<void> => sleep(clock, turnMs * (1 / timeShare - 1), signal);
    const { failures: _, ...report } = await engine.upkeep.round({ limits, rest, signal });
    if (report.objects + report.merges > 0) telemetry.log("info", "the log was looked after", report);
    if (signal.aborted) return;
    await engine.upkeep.purge(limits, signal);
    if (signal.aborted) return;
    if (isReclaimDue) isReclaimDue = await reclaimed(deps, { bytesMax: limits.bytesMax, rest, signal });
    if (clock.monotonicMs() < nextSweepMs || signal.aborted) return;
    nextSweepMs = clock.monotonicMs() + sweepPauseMs;
    const { ingest, compacted, items } = await engine.upkeep.sweep(limits, signal);
    const [deleted, bytes] = [ingest, compacted, items].reduce(
      ([count, sum], found) => [count + found.deleted, sum + found.deletedBytes],
      [0, 0],
    );
    if (deleted > 0) telemetry.log("info", "rubbish was removed", { deleted, bytes });
    isReclaimDue = await reclaimed(deps, { bytesMax: limits.bytesMax, rest, signal });
  });
}

/** Whether more is left than the bounds allowed. */
async function reclaimed({ reclaim, telemetry }: Deps, bounds: ReclaimBounds): Promise<boolean> {
  const { packs, copiedBytes } = await reclaim(bounds);
  if (packs > 0) telemetry.log("info", "the space of pack files was given back", { packs, copiedBytes });
  return copiedBytes >= bounds.bytesMax;
}
