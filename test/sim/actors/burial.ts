/**
 * An operator who deletes a group now and then: everybody goes, those who vanished are expired as the upkeep does it, the group is
 * deleted, and the same crew makes it anew under the same id.
 */
import type { Prng } from "../world/prng.ts";
import type { Crew } from "./crew.ts";
import type { Stage } from "./stage.ts";

/** Looks in vain after which they come back to the group as it is. */
const looksMax = 12;

export async function bury(stage: Stage, crew: Crew, prng: Prng): Promise<void> {
  const { scheduler } = stage.world;
  while (!stage.isOver) {
    await scheduler.sleep(prng.spread(15_000, 60_000));
    if (stage.isOver) return;
    crew.goAway();
    for (let looks = 0; looks < looksMax && !stage.isOver; looks++) {
      await scheduler.sleep(prng.spread(500, 4_000));
      const life = stage.pickLife(prng);
      if (life === undefined || stage.isOver) continue;
      void life.run(() => life.engine.groups.expire(() => true)).catch(() => undefined);
      // Now and then while somebody is still there: that is refused.
      if (crew.members.length > 0 && !prng.chance(0.2)) continue;
      if ((await crew.client.bury(life, crew.options.group, 12_000)) === "done") break;
    }
    crew.comeBack();
  }
}
