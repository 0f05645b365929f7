/**
 * The engine's own sweep, from within a process, and what came of it. What the stores do to it is a refusal here: nothing, or
 * nothing but rubbish, was deleted.
 */
import type { BudgetLimits } from "../../../lib/engine/index.ts";
import { CumulogError, messageOf } from "../../../lib/std/index.ts";
import { type Killed, killed, type Life } from "../world/process.ts";
import type { World } from "../world/world.ts";

/** Why it was not brought to its end, or how much was deleted. */
export type SweepResult =
  | { readonly kind: "swept"; readonly deleted: number; readonly before: number }
  | { readonly kind: "refused"; readonly why: string };

/** What upkeep may take in a simulated world. */
export const upkeepLimits: BudgetLimits = {
  bytesMax: 2 ** 30,
  callsMax: 100_000,
  timeMsMax: 120_000,
  callMsMax: 3_000,
};

/** Sweeps once, from within a process. Never throws, except for what is a bug. */
export async function sweep(world: World, life: Life): Promise<SweepResult | Killed> {
  world.sweeping++;
  const result = await life.run(() => sweepOnce(life));
  world.sweeping--;
  if (result !== killed && result.kind === "refused") world.rows.add(19);
  if (result !== killed && result.kind === "swept") world.deeds.add("segment swept", result.deleted);
  world.note(() => `sweep by ${life.name}: ${result === killed ? "killed" : JSON.stringify(result)}`);
  return result;
}

async function sweepOnce(life: Life): Promise<SweepResult> {
  try {
    const report = await life.engine.upkeep.sweep(upkeepLimits);
    if (report.isCutShort) return { kind: "refused", why: "its time was over" };
    const deleted = report.ingest.deleted + report.compacted.deleted + report.items.deleted;
    return { kind: "swept", deleted, before: report.beforeMs };
  } catch (error) {
    if (!(error instanceof CumulogError) || error.kind === "bug") throw error;
    return { kind: "refused", why: messageOf(error) };
  }
}
