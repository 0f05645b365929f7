/**
 * The operations that mode (a) takes apart, await by await. Each is done by process p1, on a log that p2 has written to
 * before, and that p2 goes on writing to, rolling and sweeping, as soon as something goes wrong.
 */
import type { EngineOptions } from "../../../lib/engine/index.ts";
import { present } from "../../../lib/std/index.ts";
import type { StableTopic, Stage } from "../actors/stage.ts";
import type { Life } from "../world/process.ts";
import { worldStartMs } from "../world/process-clock.ts";
import type { NewBatches, Target } from "../world/requests.ts";
import type { FaultName } from "./fault-names.ts";

export type Scenario = {
  readonly name: string;
  /** Segments up to this size go to the item tier. */
  readonly itemTierBytes: number;
  /** One of them is called log; three shards that lose nothing, unless told. */
  readonly topics?: readonly StableTopic[];
  readonly engine?: Partial<EngineOptions>;
  /** Done while all is well, by either process. */
  readonly prepare?: (stage: Stage) => Promise<unknown>;
  /** The operation; `life` is p1. */
  readonly act: (stage: Stage, life: Life) => Promise<unknown>;
  /** What its calls meet; everything, unless told. */
  readonly faults?: readonly FaultName[];
  /** Also in pairs: the second fault hits what the first one led to. */
  readonly inPairs?: true;
};

/** Three shards. */
export const scenarioTopics: readonly StableTopic[] = [
  { name: "log", partitions: 3, isStamped: false, configs: { "index.shard.partitions": "1" } },
];

export const scenarios: readonly Scenario[] = [
  {
    name: "append, cold process, object",
    itemTierBytes: 0,
    act: (stage, life) => appendTo(stage, life, [0]),
    inPairs: true,
  },
  {
    name: "append, warm process, item",
    itemTierBytes: 4_096,
    prepare: stage => appendTo(stage, stage.world.life("p1"), [0]),
    act: (stage, life) => appendTo(stage, life, [0]),
    inPairs: true,
  },
  {
    name: "append over three shards",
    itemTierBytes: 0,
    prepare: stage => appendTo(stage, stage.world.life("p1"), [0, 1, 2]),
    act: (stage, life) => appendTo(stage, life, [0, 1, 2]),
  },
  {
    name: "append and roll",
    itemTierBytes: 4_096,
    prepare: stage => appendTimes(stage, stage.world.life("p1"), 7),
    act: async (stage, life) => {
      await appendTo(stage, life, [0]);
      await life.run(() => life.engine.settle());
    },
    inPairs: true,
  },
  {
    name: "create a topic",
    itemTierBytes: 0,
    act: create,
    inPairs: true,
  },
  {
    name: "grow a topic",
    itemTierBytes: 0,
    prepare: stage => create(stage, stage.world.life("p2")),
    act: grow,
  },
  {
    name: "delete a topic",
    itemTierBytes: 0,
    prepare: createAndFill,
    act: remove,
    inPairs: true,
  },
  {
    name: "delete a topic and create it anew",
    itemTierBytes: 0,
    prepare: createAndFill,
    act: async (stage, life) => {
      await remove(stage, life);
      await create(stage, life);
    },
  },
  {
    name: "configure a topic",
    itemTierBytes: 0,
    act: configure,
  },
  {
    name: "read pages and live entries",
    itemTierBytes: 0,
    prepare: stage => appendTimes(stage, stage.world.life("p2"), 11),
    act: async (stage, life) => {
      await fetchAll(stage, life);
      for (const kind of ["latest", "maxTimestamp"] as const)
        await stage.client.offset(life, target(0), { kind });
      await stage.client.offset(life, target(0), { kind: "atTime", timestampMs: worldStartMs + 3 });
    },
  },
];

/** What p2 does while p1 is in trouble: enough commits on every shard that earlier ones are rolled. */
export async function compete(stage: Stage): Promise<void> {
  const life = stage.world.life("p2");
  await appendTimes(stage, life, 9, [0, 1, 2]);
  await life.run(() => life.engine.settle());
}

function target(partition: number): Target & { readonly partition: number } {
  return { topic: "log", log: "log", partition };
}

let stamp = 0;

export function appendTo(stage: Stage, life: Life, partitions: readonly number[]): Promise<unknown> {
  stamp = (stamp + 1) % 10;
  const parts = partitions.map(partition => batchesFor(stage, target(partition)));
  return stage.client.append(life, parts);
}

/** Both batches of a producer's life, and the first of them once more. */
export async function appendAsProducer(stage: Stage, life: Life): Promise<void> {
  const batches = [0, 2].map(sequence => ({
    ...batchesFor(stage, target(0)),
    producer: { id: 7, epoch: 0, sequence },
  }));
  for (const batch of [...batches, ...batches.slice(0, 1)]) await stage.client.append(life, [batch]);
}

function batchesFor(stage: Stage, to: Target & { readonly partition: number }): NewBatches {
  const hasKeys = stage.stable.find(({ name }) => name === to.topic)?.rules?.isCompact ?? false;
  const record = (i: number) => ({
    value: stage.world.nextValue(),
    timestampMs: worldStartMs + i,
    paddingBytes: 40,
    ...(hasKeys && { key: `key ${i % 3}` }),
  });
  return { ...to, batches: [[record(stamp), record(3)]] };
}

export async function appendTimes(
  stage: Stage,
  life: Life,
  times: number,
  partitions: readonly number[] = [0],
): Promise<void> {
  for (let i = 0; i < times; i++) await appendTo(stage, life, partitions);
}

function fetchFrom(stage: Stage, life: Life, offset: number): Promise<unknown> {
  const asked = [{ ...target(0), offset, bytesMax: 400 }];
  return stage.client.fetch(life, asked, { waitMsMax: 0, bytesMin: 1, bytesMax: 400 });
}

export function create(stage: Stage, life: Life): Promise<unknown> {
  return stage.client.admin(
    life,
    { op: "create", topic: "blue", partitions: 3 },
    () =>
      life.engine.topics.create({ name: "blue", partitions: 3, configs: { "index.shard.partitions": "2" } }),
    stage.logOf,
  );
}

export function remove(stage: Stage, life: Life): Promise<unknown> {
  return stage.client.admin(
    life,
    { op: "delete", topic: "blue" },
    async () => {
      await life.engine.topics.delete("blue");
      return undefined;
    },
    stage.logOf,
  );
}

export async function createAndFill(stage: Stage): Promise<void> {
  const life = stage.world.life("p2");
  const made = await create(stage, life);
  const [topic] = Array.isArray(made) ? made : [];
  const { id } = present(topic, "the topic just made");
  stage.heard(topic === undefined ? [] : [topic]);
  for (const partition of [0, 2])
    await stage.client.append(life, [
      batchesFor(stage, { topic: "blue", topicId: id, log: `blue@${id}`, partition }),
    ]);
}

/** From the beginning, from within, at the end and past it. */
export async function fetchAll(stage: Stage, life: Life): Promise<void> {
  for (const offset of [0, 5, 21, 22, 40]) await fetchFrom(stage, life, offset);
}

export function grow(stage: Stage, life: Life): Promise<unknown> {
  return stage.client.admin(
    life,
    { op: "grow", topic: "blue", partitions: 5 },
    () => life.engine.topics.addPartitions("blue", 5),
    stage.logOf,
  );
}

export function configure(stage: Stage, life: Life): Promise<unknown> {
  const topic = stage.passing[0]?.known === undefined ? "log" : "blue";
  return stage.client.admin(
    life,
    { op: "configure", topic },
    () => life.engine.topics.alterConfigs(topic, [{ kind: "set", name: "retention.ms", value: "5000000" }]),
    stage.logOf,
  );
}

/** To whichever log is called blue. */
export function appendToBlue(stage: Stage, life: Life, partition: number): Promise<unknown> {
  return stage.client.append(life, [batchesFor(stage, { topic: "blue", partition })]);
}
