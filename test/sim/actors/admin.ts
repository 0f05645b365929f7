/**
 * Creates, grows, configures, describes and deletes the passing topics, over and over under the same names; describes
 * and configures the stable ones. Settles the background work of a process now and then.
 */
import type { Prng } from "../world/prng.ts";
import type { Life } from "../world/process.ts";
import type { PassingTopic, Stage } from "./stage.ts";

export async function admin(stage: Stage, prng: Prng): Promise<void> {
  while (!stage.isOver) {
    await stage.pause(prng.spread(50, 8_000));
    const life = stage.pickLife(prng);
    if (life === undefined || stage.isOver) continue;
    const draw = prng.number();
    if (draw < 0.7) await changePassing(stage, prng, life, prng.pick(stage.passing));
    else if (draw < 0.8) await describe(stage, life, prng.pick(stage.stable).name);
    else if (draw < 0.88) await list(stage, life);
    else if (draw < 0.94) await configure(stage, prng, life, prng.pick(stage.stable).name);
    else await life.run(() => life.engine.settle());
  }
}

async function changePassing(stage: Stage, prng: Prng, life: Life, topic: PassingTopic): Promise<void> {
  const draw = prng.number();
  if (topic.known === undefined || draw < 0.15) return create(stage, prng, life, topic);
  if (draw < 0.35) return remove(stage, life, topic);
  if (draw < 0.6) return grow(stage, prng, life, topic, topic.known.partitions);
  if (draw < 0.8) return describe(stage, life, topic.name);
  return configure(stage, prng, life, topic.name);
}

/** Creates a passing topic, or learns who did. */
export async function create(stage: Stage, prng: Prng, life: Life, topic: PassingTopic): Promise<void> {
  const partitions = 1 + prng.below(4);
  const configs = { "index.shard.partitions": prng.pick(["1", "2", "8"]) };
  const made = await stage.client.admin(
    life,
    { op: "create", topic: topic.name, partitions },
    () => life.engine.topics.create({ name: topic.name, partitions, configs }),
    stage.logOf,
  );
  if (Array.isArray(made)) {
    if (stage.deletedNames.has(topic.name)) stage.world.rows.add(30);
    stage.heard(made);
  } else await describe(stage, life, topic.name);
}

async function remove(stage: Stage, life: Life, topic: PassingTopic): Promise<void> {
  const answer = await stage.client.admin(
    life,
    { op: "delete", topic: topic.name },
    async () => {
      await life.engine.topics.delete(topic.name);
      return undefined;
    },
    stage.logOf,
  );
  if (!Array.isArray(answer)) return;
  stage.deletedNames.add(topic.name);
  // Some clients go on with the old id: they are to be fenced.
  if (stage.world.prng.chance(0.5)) topic.known = undefined;
}

/** Adds one to three partitions; a topic that has grown large is deleted instead. */
export async function grow(
  stage: Stage,
  prng: Prng,
  life: Life,
  topic: PassingTopic,
  partitions: number,
): Promise<void> {
  const total = partitions + 1 + prng.below(3);
  if (total > 12) return remove(stage, life, topic);
  if (stage.world.sweeping > 0) stage.world.rows.add(30);
  const grown = await stage.client.admin(
    life,
    { op: "grow", topic: topic.name, partitions: total },
    () => life.engine.topics.addPartitions(topic.name, total),
    stage.logOf,
  );
  if (Array.isArray(grown)) stage.heard(grown);
}

async function configure(stage: Stage, prng: Prng, life: Life, topic: string): Promise<void> {
  const value = String(1_000_000 + prng.below(1_000_000));
  await stage.client.admin(
    life,
    { op: "configure", topic },
    () => life.engine.topics.alterConfigs(topic, [{ kind: "set", name: "flush.ms", value }]),
    stage.logOf,
  );
}

async function describe(stage: Stage, life: Life, topic: string): Promise<void> {
  const answer = await stage.client.admin(
    life,
    { op: "describe", topic },
    () => life.engine.topics.describe(topic),
    stage.logOf,
  );
  if (Array.isArray(answer)) stage.heard(answer);
  else if (answer instanceof Error && answer.name === "UnknownTopic") {
    const passing = stage.passing.find(({ name }) => name === topic);
    if (passing) passing.known = undefined;
  }
}

async function list(stage: Stage, life: Life): Promise<void> {
  const topics = await stage.client.admin(life, { op: "list" }, () => life.engine.topics.list(), stage.logOf);
  if (Array.isArray(topics)) stage.heard(topics);
}
