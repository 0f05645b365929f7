/**
 * Looks after shards again and again, from any process, with budgets that cut it off, and now and then from two at once.
 */
import type { BudgetLimits, Tended, Topic } from "../../../lib/engine/index.ts";
import { shardCount, shardIndex } from "../../../lib/format/index.ts";
import { CumulogError } from "../../../lib/std/index.ts";
import { quarantined } from "../world/lost-ranges.ts";
import type { Prng } from "../world/prng.ts";
import { killed, type Life } from "../world/process.ts";
import type { Stage } from "./stage.ts";

export async function compactor(stage: Stage, prng: Prng): Promise<void> {
  while (!stage.isOver) {
    await stage.pause(prng.spread(100, 3_000));
    const topics: readonly { readonly name: string }[] = prng.chance(0.85) ? stage.stable : stage.passing;
    const { name } = prng.pick(topics);
    const lives = [stage.pickLife(prng), ...(prng.chance(0.4) ? [stage.pickLife(prng)] : [])];
    if (stage.isOver) return;
    if (lives.length > 1 && lives[0] !== lives[1]) stage.world.rows.add(16);
    await Promise.all(lives.map(life => life && tendOnce(stage, prng, life, name)));
  }
}

async function tendOnce(stage: Stage, prng: Prng, life: Life, name: string): Promise<void> {
  const limits: BudgetLimits = {
    bytesMax: prng.pick([1, 2_000, 1_000_000, 1_000_000]),
    callsMax: prng.pick([10, 100, 1_000, 1_000]),
    timeMsMax: 30_000,
    callMsMax: 5_000,
  };
  const shard = prng.number();
  stage.world.history.tended(life.name, name);
  const result = await life.run(async () => {
    try {
      const topic: Topic = await life.engine.topics.describe(name);
      const index = Math.floor(shard * shardCount(topic.partitions, topic.shardPartitions));
      return await life.engine.upkeep.tend(topic, shardIndex(index), limits);
    } catch (error) {
      // The stores fail in this weather: the next turn goes on.
      if (!(error instanceof CumulogError) || error.kind === "bug") throw error;
      return undefined;
    }
  });
  noteDamage(stage, name);
  if (result === killed) stage.world.rows.add(17);
  else if (result !== undefined) count(stage, result);
}

/** What compaction calls lost may be deleted, with its page, before all is quiet. */
function noteDamage({ world, logOf }: Stage, name: string): void {
  for (const range of quarantined(world, name, logOf)) world.history.damaged(range);
}

function count({ world: { deeds } }: Stage, done: Tended): void {
  deeds.add("object compacted", done.objects);
  deeds.add("objects merged", done.merges);
  deeds.add("record superseded by key", done.cleanedRecords);
  deeds.add("offset expired", done.expired);
  deeds.add("page dropped", done.droppedPages);
}
