/**
 * The upkeep of the log in a process that lives: never more than a share of the time, so that those who read and write hardly
 * notice.
 */
import type { BudgetLimits, Engine } from "../../engine/index.ts";
import { type Clock, sleep, type Telemetry } from "../../ports/index.ts";
import { Rounds } from "./rounds.ts";

type Deps = { readonly engine: Engine; readonly clock: Clock; readonly telemetry: Telemetry };

/** Of the time that passes, at work for the log itself: a turn is followed by four times as long a rest. */
const timeShare = 0.2;
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
  return new Rounds(deps, options, async signal => {
    const rest = async (turnMs: number): Promise<void> => {
      if (!signal.aborted) await sleep(clock, turnMs * (1 / timeShare - 1));
    };
    const { failures: _, ...report } = await engine.upkeep.round({ limits, rest, signal });
    if (report.objects + report.merges > 0) telemetry.log("info", "the log was looked after", report);
  });
}
