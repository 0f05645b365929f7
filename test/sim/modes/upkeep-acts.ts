/**
 * What the log does for itself, as single operations that modes (a) take apart, and what it finds when it begins: small chunks, small
 * objects, records past their retention, rubbish, a deleted topic.
 */
import type { EngineOptions } from "../../../lib/engine/index.ts";
import { shardIndex } from "../../../lib/format/index.ts";
import { CumulogError } from "../../../lib/std/index.ts";
import { type StableTopic, type Stage, stageEngineOptions } from "../actors/stage.ts";
import { sweep, upkeepLimits } from "../actors/sweep.ts";
import type { LossRules } from "../checker/index.ts";
import { killed, type Life } from "../world/process.ts";
import { worldStartMs } from "../world/process-clock.ts";
import { appendAsProducer, appendTimes, createAndFill, remove } from "./scenarios.ts";

/** Whatever its clock says, a process finds work: nothing is too young, and three pages are worth a merge. */
export const eagerUpkeep: Partial<EngineOptions> = {
  compaction: { ...stageEngineOptions.compaction, ageMs: 0, mergePages: 3 },
};

const keepsAll: LossRules = {
  isDelete: true,
  isCompact: false,
  retentionMs: -1,
  retentionBytes: -1,
  deleteRetentionMs: 0,
  epochMs: worldStartMs,
};

/** Three shards; records go after a second. */
export const expiringTopics: readonly StableTopic[] = [
  {
    name: "log",
    partitions: 3,
    isStamped: false,
    configs: { "index.shard.partitions": "1", "retention.ms": "1000" },
    rules: { ...keepsAll, retentionMs: 1_000 },
  },
];

/** What goes has been deleted by hand. */
export const keptTopics: readonly StableTopic[] = [
  {
    name: "log",
    partitions: 3,
    isStamped: false,
    configs: { "index.shard.partitions": "1", "retention.ms": "-1" },
    rules: keepsAll,
  },
];

/** The last value of each key stays. */
export const compactTopics: readonly StableTopic[] = [
  {
    name: "log",
    partitions: 3,
    isStamped: false,
    configs: {
      "index.shard.partitions": "1",
      "cleanup.policy": "compact",
      "min.cleanable.dirty.ratio": "0",
      "delete.retention.ms": "0",
    },
    rules: { ...keepsAll, isDelete: false, isCompact: true },
  },
];

/** One turn on the shard that everything was written to. */
export async function tend(stage: Stage, life: Life): Promise<void> {
  const done = await life.run(async () => {
    try {
      return await life.engine.upkeep.tend(
        await life.engine.topics.describe("log"),
        shardIndex(0),
        upkeepLimits,
      );
    } catch (error) {
      if (!(error instanceof CumulogError) || error.kind === "bug") throw error;
      return undefined;
    }
  });
  if (done === killed || done === undefined) return;
  stage.world.deeds.add("object compacted", done.objects);
  stage.world.deeds.add("objects merged", done.merges);
  stage.world.deeds.add("record superseded by key", done.cleanedRecords);
  stage.world.deeds.add("offset expired", done.expired);
  stage.world.deeds.add("page dropped", done.droppedPages);
}

/** What the purge of deleted topics does. */
export async function purge(stage: Stage, life: Life): Promise<void> {
  const done = await life.run(async () => {
    try {
      return await life.engine.upkeep.purge(upkeepLimits);
    } catch (error) {
      if (!(error instanceof CumulogError) || error.kind === "bug") throw error;
      return undefined;
    }
  });
  if (done !== killed && done !== undefined) stage.world.deeds.add("topic purged", done.purged);
}

/** Chunks, each in a segment of its own. */
export async function smallChunks(stage: Stage): Promise<void> {
  const life = stage.world.life("p2");
  await appendTimes(stage, life, 9);
  await life.run(() => life.engine.settle());
}

/** Two objects, and chunks for a third one: then they are merged. */
export async function smallObjects(stage: Stage): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const life = stage.world.life("p2");
    await appendTimes(stage, life, 4);
    await life.run(() => life.engine.settle());
    if (i < 2) await tend(stage, life);
  }
}

/** Records of a producer among others; all of them are older than they may be. */
export async function oldRecords(stage: Stage): Promise<void> {
  const life = stage.world.life("p2");
  await appendAsProducer(stage, life);
  await smallChunks(stage);
  await stage.world.scheduler.sleep(3_000);
}

/** The producer of those records goes on, by a process that has seen nothing of it: it is to be taken for who it is. */
export async function goOnAsProducer(stage: Stage): Promise<void> {
  const record = { value: stage.world.nextValue(), timestampMs: worldStartMs, paddingBytes: 40 };
  const producer = { id: 7, epoch: 0, sequence: 4 };
  const batch = { topic: "log", log: "log", partition: 0, batches: [[record]], producer };
  await stage.client.append(stage.world.start("p3"), [batch]);
}

/** Segments that were compacted, older than the grace of a sweep. */
export async function rubbish(stage: Stage): Promise<void> {
  await smallChunks(stage);
  await tend(stage, stage.world.life("p2"));
  await stage.world.scheduler.sleep(6_000);
}

/** A topic that was deleted, and the floor has passed that. */
export async function deletedTopic(stage: Stage): Promise<void> {
  const life = stage.world.life("p2");
  await createAndFill(stage);
  await remove(stage, life);
  await stage.world.scheduler.sleep(6_000);
  await sweep(stage.world, life);
}
