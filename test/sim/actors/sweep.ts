/**
 * A sweep as DESIGN section 4 has it, to stand in for the engine's own until that is written: raise C/floor to W, then
 * list the topics, raise the floor of every sequencer (making a missing one), then read all references (live entries
 * first, pages after them), then delete segments older than W that nothing refers to. Any doubt: delete nothing.
 */
import {
  partitionIndex,
  type SegmentId,
  type ShardIndex,
  shardCount,
  shardIndex,
  timeOf,
} from "../../../lib/format/index.ts";
import {
  counterKey,
  pagePartitionKey,
  readPageItem,
  readSequencer,
  readTopic,
  sequencerKey,
  type TopicItem,
} from "../../../lib/format/items/index.ts";
import { type Condition, type Item, objectLimits, sleep } from "../../../lib/ports/index.ts";
import { type Killed, killed, type Life } from "../world/process.ts";
import type { World } from "../world/world.ts";

export type SweepOptions = {
  /** Segments younger than this are left alone, ms. */
  readonly graceMs: number;
};

/** Why nothing was deleted, or how much was. */
export type SweepResult =
  | { readonly kind: "swept"; readonly deleted: number; readonly before: number }
  | { readonly kind: "refused"; readonly why: string };

/** Of one step. */
const attemptsMax = 4;
/** A clock that differs more than this from the store's is odd, ms. */
const clockDifferenceMsMax = 5 * 60_000;

/** Sweeps once, from within a process. Never throws. */
export async function sweep(world: World, life: Life, options: SweepOptions): Promise<SweepResult | Killed> {
  world.sweeping++;
  const result = await life
    .run(() => sweepOnce(world, life, options))
    .catch((error: unknown): SweepResult => ({ kind: "refused", why: String(error) }));
  world.sweeping--;
  if (result !== killed && result.kind === "refused") world.rows.add(19);
  world.note(() => `sweep by ${life.name}: ${result === killed ? "killed" : JSON.stringify(result)}`);
  return result;
}

async function sweepOnce(world: World, life: Life, options: SweepOptions): Promise<SweepResult> {
  const ownMs = life.clock.now();
  const { storeTimeMs } = await patiently(life, () => life.objects.list("ingest/", { limit: 1 }));
  if (Math.abs(ownMs - storeTimeMs) > clockDifferenceMsMax)
    return { kind: "refused", why: `clocks differ by ${ownMs - storeTimeMs} ms` };
  const before = Math.min(ownMs, storeTimeMs) - options.graceMs;
  await raise(life, counterKey("floor"), "value", before);
  const topics = await listTopics(life);
  if (topics.length === 0) return { kind: "refused", why: "no topic is listed" };
  for (const topic of topics)
    for (const shard of shardsOf(topic)) await raise(life, sequencerKey(topic.id, shard), "floor", before);
  const referenced = new Set<SegmentId>();
  for (const topic of topics)
    for (const shard of shardsOf(topic)) await addLive(life, topic, shard, referenced);
  for (const topic of topics)
    for (let partition = 0; partition < topic.partitions; partition++)
      await addPages(life, topic, partition, referenced);
  return { kind: "swept", deleted: await remove(world, life, before, referenced), before };
}

function shardsOf(topic: TopicItem): readonly ShardIndex[] {
  return Array.from({ length: shardCount(topic.partitions, topic.width) }, (_, shard) => shardIndex(shard));
}

/** Creates the item where there is none: a topic half-made finds the floor, not an empty place. */
async function raise(life: Life, key: { pk: string; sk: string }, name: string, to: number): Promise<void> {
  const condition: Condition = [
    { kind: "either", of: [[{ kind: "absent", name }], [{ kind: "below", name, value: to }]] },
  ];
  await patiently(life, () => life.items.update(key, { set: { [name]: to } }, condition));
}

async function listTopics(life: Life): Promise<readonly TopicItem[]> {
  const items = await queryAll(life, "T", "-", "~");
  return items.map(item => readTopic(item.sk, item.attributes));
}

async function addLive(
  life: Life,
  topic: TopicItem,
  shard: ShardIndex,
  referenced: Set<SegmentId>,
): Promise<void> {
  const key = sequencerKey(topic.id, shard);
  const attributes = await patiently(life, () => life.items.get(key, { consistent: true }));
  if (attributes === undefined) throw new Error(`sequencer ${shard} of ${topic.name} is gone`);
  for (const entry of readSequencer(attributes).live) referenced.add(entry.segmentId);
}

async function addPages(
  life: Life,
  topic: TopicItem,
  partition: number,
  referenced: Set<SegmentId>,
): Promise<void> {
  const pk = pagePartitionKey(topic.id, partitionIndex(partition));
  for (const item of await queryAll(life, pk, "u#", "u#~"))
    for (const entry of readPageItem(item).entries) referenced.add(entry.segmentId);
}

async function remove(
  world: World,
  life: Life,
  before: number,
  referenced: ReadonlySet<SegmentId>,
): Promise<number> {
  const isDead = (id: SegmentId): boolean => timeOf(id) < before && !referenced.has(id);
  const keys: string[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const start: string = after;
    const page = await patiently(life, () => life.objects.list("ingest/", { after: start }));
    keys.push(...page.objects.map(object => object.key));
    after = page.next;
  }
  const objects = keys.filter(key => isDead(key.slice(-16) as SegmentId));
  for (let from = 0; from < objects.length; from += objectLimits.deleteKeysMax)
    await patiently(life, () => life.objects.delete(objects.slice(from, from + objectLimits.deleteKeysMax)));
  const segments = world.segmentItems().filter(key => isDead(key.sk as SegmentId));
  for (const key of segments) await patiently(life, () => life.items.delete(key));
  return objects.length + segments.length;
}

async function queryAll(life: Life, pk: string, from: string, to: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let start: string | undefined = from; start !== undefined; ) {
    const at: string = start;
    const page = await patiently(life, () => life.items.query({ pk, from: at, to, consistent: true }));
    items.push(...page.items);
    start = page.next;
  }
  return items;
}

/** Every step may be repeated. Gives up in the end: a sweep that cannot see deletes nothing. */
async function patiently<T>(life: Life, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attemptsMax) throw error;
      await sleep(life.clock, 100);
    }
  }
}
