/**
 * What a round of the crash test is given and what came of it.
 */
import type { HistoryEvent } from "../sim/checker/index.ts";

export type RoundSettings = {
  /** Decides everything that the test decides; what the machine decides differs each time. */
  readonly seed: string;
  /** Empty; for the data and for what explains a failure. */
  readonly directory: string;
};

export type RoundResult = {
  readonly history: readonly HistoryEvent[];
  /** What went wrong beside the history: a log that did not open, a cluster with another name. */
  readonly problems: readonly string[];
  /** Ends of the log, and how many of them with an append under way. */
  readonly crashes: number;
  readonly crashesDuringWrite: number;
  /** Records that were acknowledged, and records that were read in the end. */
  readonly acknowledged: number;
  readonly readInTheEnd: number;
  /** How long the log took to open after a crash, ms each. */
  readonly openMs: readonly number[];
};

/** A log that takes longer than this to open after a crash hangs, or reads what it need not. */
export const openMsMax = 15_000;

/** Records of appends that were acknowledged, and records read by the last reader. */
export function countRecords(
  history: readonly HistoryEvent[],
): Pick<RoundResult, "acknowledged" | "readInTheEnd"> {
  const appends = new Map<number, number>();
  let acknowledged = 0;
  let readInTheEnd = 0;
  let isFinal = false;
  for (const event of history) {
    if (event.type === "final") isFinal = true;
    else if (event.type === "invoke" && event.op === "append") appends.set(event.id, event.values.length);
    else if (event.type === "ok" && event.op === "append") acknowledged += appends.get(event.id) ?? 0;
    else if (event.type === "ok" && event.op === "fetch" && isFinal) readInTheEnd += event.records.length;
  }
  return { acknowledged, readInTheEnd };
}
