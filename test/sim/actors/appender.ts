/**
 * Appends new records, alone or to several partitions at once; sometimes a request is delivered twice, to the same
 * process or to another one while the first is still at it.
 */

import type { Prng } from "../world/prng.ts";
import type { NewBatches } from "../world/requests.ts";
import type { Stage } from "./stage.ts";

export async function appender(stage: Stage, prng: Prng): Promise<void> {
  while (!stage.isOver) {
    await stage.pause(prng.spread(5, 3_000));
    const life = stage.pickWriter(prng);
    if (life === undefined || stage.isOver) continue;
    const parts = pickParts(stage, prng);
    const sent = [stage.client.append(life, parts)];
    if (prng.chance(0.06)) {
      stage.world.rows.add(7);
      sent.push(stage.client.append(life, parts));
    }
    const other = stage.pickWriter(prng);
    if (other !== undefined && other !== life && prng.chance(0.06)) {
      stage.world.rows.add(8);
      sent.push(stage.client.append(other, parts));
    }
    // A burst: more is sent before the first is answered.
    if (prng.chance(0.15)) sent.push(stage.client.append(life, pickParts(stage, prng)));
    await Promise.all(sent);
  }
}

function pickParts(stage: Stage, prng: Prng): readonly NewBatches[] {
  const parts = new Map<string, NewBatches>();
  for (let i = prng.chance(0.7) ? 1 : 2 + prng.below(4); i > 0; i--) {
    const target = stage.pickTarget(prng);
    parts.set(`${target.topic}/${target.partition}`, stage.newBatches(prng, target));
  }
  return [...parts.values()];
}
