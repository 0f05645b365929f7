/**
 * Topics that lose something, each in its own way, and somebody who deletes records by hand. How long anything is kept is drawn
 * for each run: shorter than the run, longer, or until the calendar leaps.
 */
import type { LossRules } from "../checker/index.ts";
import type { Prng } from "../world/prng.ts";
import { worldStartMs } from "../world/process-clock.ts";
import { aimAt, type StableTopic, type Stage } from "./stage.ts";

/** `events` by age and size, `ledger` by key, `journal` by both. */
export function drawLossyTopics(prng: Prng): readonly StableTopic[] {
  return [
    lossyTopic("events", prng, { isDelete: true, isCompact: false }),
    lossyTopic("ledger", prng, { isDelete: false, isCompact: true }),
    lossyTopic("journal", prng, { isDelete: true, isCompact: true }),
  ];
}

function lossyTopic(
  name: string,
  prng: Prng,
  { isDelete, isCompact }: Pick<LossRules, "isDelete" | "isCompact">,
): StableTopic {
  const rules: LossRules = {
    isDelete,
    isCompact,
    retentionMs: isDelete ? prng.pick([3_000, 30_000, 300_000, 3_600_000]) : -1,
    retentionBytes: isDelete ? prng.pick([-1, 1_000, 4_000]) : -1,
    deleteRetentionMs: prng.pick([0, 2_000, 20_000]),
    epochMs: worldStartMs,
  };
  const policy = [...(isDelete ? ["delete"] : []), ...(isCompact ? ["compact"] : [])];
  const configs = {
    "index.shard.partitions": prng.pick(["1", "2"]),
    "cleanup.policy": policy.join(","),
    "retention.ms": String(rules.retentionMs),
    "retention.bytes": String(rules.retentionBytes),
    "delete.retention.ms": String(rules.deleteRetentionMs),
    "min.cleanable.dirty.ratio": prng.pick(["0", "0.3"]),
  };
  return { name, partitions: 2, isStamped: false, configs, rules };
}

/** Deletes records from the beginning of logs that may lose them: a few, many, or all. */
export async function trimmer(stage: Stage, prng: Prng): Promise<void> {
  const topics = stage.stable.filter(({ rules }) => rules?.isDelete);
  while (!stage.isOver && topics.length > 0) {
    await stage.pause(prng.spread(200, 8_000));
    const life = stage.pickLife(prng);
    if (life === undefined || stage.isOver) continue;
    const target = aimAt(prng, prng.pick(topics));
    const end = await stage.client.offset(life, target, { kind: "latest" });
    if (end === undefined || stage.isOver) continue;
    const other = stage.pickLife(prng);
    const before = prng.chance(0.1) ? "highWatermark" : prng.below(end + 2);
    if (other !== undefined) await stage.client.trim(other, target, before);
  }
}
