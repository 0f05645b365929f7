/**
 * Sweeps again and again, from processes whose clocks may be wrong, while everything else goes on.
 */
import type { Prng } from "../world/prng.ts";
import { create, grow } from "./admin.ts";
import { logOf, type Stage } from "./stage.ts";
import { sweep } from "./sweep.ts";

export async function sweeper(stage: Stage, prng: Prng): Promise<void> {
  while (!stage.isOver) {
    await stage.world.scheduler.sleep(prng.spread(5_000, 60_000));
    const life = stage.pickLife(prng);
    if (life === undefined || stage.isOver) continue;
    const swept = sweep(stage.world, life);
    if (prng.chance(0.7)) await raceSweep(stage, prng);
    await swept;
  }
}

/** A topic is created or grown while the sweep has begun, and written to at once by every process. */
async function raceSweep(stage: Stage, prng: Prng): Promise<void> {
  const topic = prng.pick(stage.passing);
  await stage.world.scheduler.sleep(prng.spread(1, 300));
  const life = stage.pickLife(prng);
  if (life === undefined || stage.isOver) return;
  if (topic.known === undefined) await create(stage, prng, life, topic);
  else await grow(stage, prng, life, topic, topic.known.partitions);
  const { known } = topic;
  if (known === undefined) return;
  const target = {
    topic: topic.name,
    topicId: known.id,
    log: logOf(topic.name, known.id),
    partition: known.partitions - 1,
    isStamped: false,
  };
  const writers = stage.world.lives.filter(writer => !writer.gate.isFrozen);
  await Promise.all(writers.map(writer => stage.client.append(writer, [stage.newBatches(prng, target)])));
}
