/**
 * What the engine's fsck may say of a log that was killed: nothing. Its bytes were whole, so every fault is ours; and rubbish is
 * not counted before it is an hour old, as that of appends that were under way here never is.
 */
import type { FsckReport } from "../../lib/engine/index.ts";
import { unexplained } from "../sim/world/findings.ts";

/** In words; none when all is well. */
export function foundWrong(report: FsckReport): readonly string[] {
  return unexplained(report, true, () => false).map(({ invariant, message }) => `${invariant}: ${message}`);
}
