/**
 * Removes what the table holds of deleted topics, from any process, with budgets that cut it off, while names are used again.
 */
import { CumulogError } from "../../../lib/std/index.ts";
import type { Prng } from "../world/prng.ts";
import type { Stage } from "./stage.ts";

export async function purger(stage: Stage, prng: Prng): Promise<void> {
  while (!stage.isOver) {
    await stage.world.scheduler.sleep(prng.spread(1_000, 15_000));
    const life = stage.pickLife(prng);
    if (life === undefined || stage.isOver) continue;
    const callsMax = prng.pick([3, 20, 1_000]);
    const limits = { bytesMax: 2 ** 30, callsMax, timeMsMax: 30_000, callMsMax: 3_000 };
    await life.run(async () => {
      try {
        const report = await life.engine.upkeep.purge(limits);
        stage.world.deeds.add("topic purged", report.purged);
        stage.world.note(() => `purge by ${life.name}: ${JSON.stringify(report)}`);
      } catch (error) {
        // The stores fail in this weather: the next turn goes on.
        if (!(error instanceof CumulogError) || error.kind === "bug") throw error;
      }
    });
  }
}
