/**
 * Sweeps again and again, from processes whose clocks may be wrong, while everything else goes on.
 */
import type { Prng } from "../world/prng.ts";
import type { Stage } from "./stage.ts";
import { sweep } from "./sweep.ts";

/** Short beside the freezes and delays of a run, so that late writers meet the floor. */
export const graceMs = 15_000;

export async function sweeper(stage: Stage, prng: Prng): Promise<void> {
  while (!stage.isOver) {
    await stage.world.scheduler.sleep(prng.spread(5_000, 60_000));
    const life = stage.pickLife(prng);
    if (life !== undefined && !stage.isOver) await sweep(stage.world, life, { graceMs });
  }
}
