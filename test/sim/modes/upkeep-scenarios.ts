/** The upkeep's own operations, for mode (a): killed, frozen and troubled at each of their calls. */
import { sweep } from "../actors/sweep.ts";
import type { Scenario } from "./scenarios.ts";
import {
  compactTopics,
  deletedTopic,
  eagerUpkeep,
  expiringTopics,
  goOnAsProducer,
  keptTopics,
  oldRecords,
  purge,
  rubbish,
  smallChunks,
  smallObjects,
  tend,
} from "./upkeep-acts.ts";

/** Reads that fail are met elsewhere: what counts here is that it ends, or stands still, between any two of its calls. */
const common = {
  itemTierBytes: 0,
  engine: eagerUpkeep,
  faults: [
    "killed, call lost",
    "killed, call done",
    "killed, call late",
    "frozen",
    "answer lost",
    "late after others",
  ],
} as const;

export const upkeepScenarios: readonly Scenario[] = [
  { ...common, name: "compact", prepare: smallChunks, act: tend },
  { ...common, name: "merge", prepare: smallObjects, act: tend },
  {
    ...common,
    name: "expire",
    topics: expiringTopics,
    prepare: oldRecords,
    act: async (stage, life) => {
      await tend(stage, life);
      await goOnAsProducer(stage);
    },
  },
  {
    ...common,
    name: "delete by hand",
    topics: keptTopics,
    prepare: oldRecords,
    act: async (stage, life) => {
      await stage.client.trim(life, { topic: "log", log: "log", partition: 0 }, "highWatermark");
      await tend(stage, life);
      await goOnAsProducer(stage);
    },
  },
  {
    ...common,
    name: "compact by key",
    topics: compactTopics,
    prepare: smallObjects,
    act: async (stage, life) => {
      await tend(stage, life);
      await tend(stage, life);
    },
  },
  { ...common, name: "sweep", prepare: rubbish, act: (stage, life) => sweep(stage.world, life) },
  { ...common, name: "purge", prepare: deletedTopic, act: purge },
];
