/** The upkeep beside itself, beside readers that are slow, and beside the sweep: each falls into the other at every call. */
import { defaultEngineOptions } from "../../../lib/engine/index.ts";
import { sweep } from "../actors/sweep.ts";
import type { Act, Duel } from "./duels.ts";
import { appendToBlue, create, fetchAll } from "./scenarios.ts";
import {
  compactTopics,
  deletedTopic,
  eagerUpkeep,
  expiringTopics,
  oldRecords,
  purge,
  smallChunks,
  smallObjects,
  tend,
} from "./upkeep-acts.ts";

const sweeping: Act = (stage, life) => sweep(stage.world, life);
/** What was compacted is rubbish at once to it: a leap is longer than the grace. */
const tendAndSweep: Act = async (stage, life) => {
  await tend(stage, life);
  stage.world.leap(60_000);
  await sweep(stage.world, life);
};
/** What is compacted and counts for nothing yet goes, once the floor has passed its object; nothing more is compacted. */
const sweepAndDrop: Act = async (stage, life) => {
  await sweep(stage.world, life);
  const engine = { compaction: { ...defaultEngineOptions.compaction, ageMs: Number.MAX_SAFE_INTEGER } };
  await tend(stage, stage.world.start("p3", { engine }));
};
const creating: Act = async (stage, life) => {
  await create(stage, life);
  await appendToBlue(stage, life, 2);
};
const common = { engine: eagerUpkeep } as const;
const whole = { ...common, isSecondWhole: true } as const;

export const upkeepDuels: readonly Duel[] = [
  { ...whole, name: "compact, sweep", prepare: smallChunks, first: tend, second: sweeping },
  {
    ...whole,
    name: "compact, sweep and page removal",
    prepare: smallChunks,
    first: tend,
    second: sweepAndDrop,
  },
  { ...whole, name: "merge, sweep", prepare: smallObjects, first: tend, second: sweeping },
  { ...whole, name: "sweep, compact", prepare: smallChunks, first: sweeping, second: tend },
  { ...common, name: "compact, compact", prepare: smallChunks, first: tend, second: tend },
  {
    ...whole,
    name: "compact by key, sweep",
    topics: compactTopics,
    prepare: smallObjects,
    first: tend,
    second: sweeping,
  },
  { ...whole, name: "read, compact and sweep", prepare: smallChunks, first: fetchAll, second: tendAndSweep },
  {
    ...whole,
    name: "read, expire and sweep",
    topics: expiringTopics,
    prepare: oldRecords,
    first: fetchAll,
    second: tendAndSweep,
  },
  { ...common, name: "purge, create", prepare: deletedTopic, first: purge, second: creating },
];
