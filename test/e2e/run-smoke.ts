/**
 * Runs every step of the smoke as a phase. What cannot be tried is said, with the reason.
 */
import type { Phases } from "./phases.ts";
import { SmokeLog, type SmokePlan, steps } from "./smoke/index.ts";

/** Runs the smoke. Throws at the first step that fails. */
export async function runSmoke(phases: Phases, plan: SmokePlan): Promise<void> {
  const log = new SmokeLog(plan);
  for (const { title, obstacle, run } of steps) {
    const reason = obstacle?.(plan);
    if (reason === undefined) await phases.run(title, () => run(log));
    else process.stdout.write(`     left out: ${title}: ${reason}\n`);
  }
}
