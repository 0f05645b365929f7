/**
 * Finishing what a creator, a grower or a deleter began, whoever meets it. Every step may be repeated and raced.
 *
 * Creating: the topic item is there first, then C/floor is read, then sequencers are made with it: a sweep raises
 * C/floor before it lists topics, so one of the two always sees the other. Deleting: every sequencer is sealed, a
 * missing one is made sealed, and only then is the name freed: a frozen writer finds a seal, never an empty place. The purge
 * takes the seals away once C/floor is past both the topic's creation and its deletion: whoever then meets a creation that
 * arrived late knows it by C/floor.
 */
import { type ShardIndex, shardCount, shardIndex } from "../../format/index.ts";
import {
  newPartitions,
  newSequencer,
  readSequencer,
  sequencerKey,
  sequencerNames,
  type TopicItem,
} from "../../format/items/index.ts";
import type { Attributes, Clause, ItemValue } from "../../ports/index.ts";
import { TopicBusy } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import { partitionsOfShard } from "../sequencer/index.ts";
import type { EngineDeps } from "../types.ts";
import type { TopicStore } from "./store.ts";

/** Another finisher may change a sequencer between our look and our update: each such race costs one turn. */
const turnsMax = 20;

/** Makes what is missing of the topic's sequencers and sets it active. Undefined: it turned out to be deleted. */
export async function finishCreating(
  deps: EngineDeps,
  store: TopicStore,
  topic: TopicItem,
  deadlineMs: DeadlineMs,
): Promise<TopicItem | undefined> {
  const floor = await store.readFloor(topic.name, deadlineMs);
  const made = await Promise.all(
    shardsOf(topic).map(shard => makeSequencer(deps, store, topic, shard, floor, deadlineMs)),
  );
  // Only a deletion seals. Meeting a seal here means that our topic item is a late arrival of a buried topic.
  if (made.includes("sealed") || (await mayBePurged(store, topic, deadlineMs))) {
    await finishDeleting(
      deps,
      store,
      await store.replace(topic, { ...topic, state: "deleting" }, deadlineMs),
      deadlineMs,
    );
    return undefined;
  }
  return store.replace(topic, { ...topic, state: "active" }, deadlineMs);
}

/**
 * Whether the topic may have been buried and purged before its creation arrived. To be asked once its sequencers are made: a purge
 * that had taken the seals away by then knew the floor to be past the creation, and any other has left seals to be met.
 */
async function mayBePurged(
  store: TopicStore,
  { name, version, createdMs }: TopicItem,
  deadlineMs: DeadlineMs,
): Promise<boolean> {
  return version === 0 && (await store.readFloor(name, deadlineMs)) > createdMs;
}

async function makeSequencer(
  deps: EngineDeps,
  store: TopicStore,
  topic: TopicItem,
  shard: ShardIndex,
  floor: number,
  deadlineMs: DeadlineMs,
): Promise<"there" | "sealed"> {
  const key = sequencerKey(topic.id, shard);
  const partitions = partitionsOfShard({ ...topic, shardPartitions: topic.width }, shard);
  const put = await store.writing(topic.name, deadlineMs, () =>
    deps.items.put({ ...key, attributes: newSequencer(floor, partitions) }, [{ kind: "itemAbsent" }]),
  );
  if (put.kind === "applied") return "there";
  let current: Attributes = put.current ?? {};
  for (let turn = 0; turn < turnsMax; turn++) {
    const image = readSequencer(current);
    if (image.isSealed) return "sealed";
    const missing = partitions.filter(partition => !image.partitions.has(partition));
    if (missing.length === 0) return "there";
    const set: Record<string, ItemValue> = { ...newPartitions(missing) };
    if (current["seq"] === undefined) Object.assign(set, { seq: 0, fence: 0 });
    if (image.floor < floor || current["floor"] === undefined) set["floor"] = Math.max(floor, image.floor);
    const condition: Clause[] = [
      { kind: "absent", name: sequencerNames.sealed },
      ...missing.map(partition => ({ kind: "absent", name: sequencerNames.next(partition) }) as const),
      current["floor"] === undefined
        ? { kind: "absent", name: sequencerNames.floor }
        : { kind: "equals", name: sequencerNames.floor, value: current["floor"] },
    ];
    const result = await store.writing(topic.name, deadlineMs, () =>
      deps.items.update(key, { set }, condition),
    );
    if (result.kind === "applied") return "there";
    current = result.current ?? {};
  }
  throw new TopicBusy(`sequencer ${shard} of topic ${topic.name} kept changing through ${turnsMax} attempts`);
}

/** Seals every sequencer, writes the purge record, frees the name. */
export async function finishDeleting(
  deps: EngineDeps,
  store: TopicStore,
  topic: TopicItem,
  deadlineMs: DeadlineMs,
): Promise<void> {
  await Promise.all(
    shardsOf(topic).map(shard =>
      store.writing(topic.name, deadlineMs, () =>
        deps.items.update(sequencerKey(topic.id, shard), { set: { [sequencerNames.sealed]: 1 } }),
      ),
    ),
  );
  await store.bury(topic, deadlineMs);
}

function shardsOf(topic: TopicItem): readonly ShardIndex[] {
  return Array.from({ length: shardCount(topic.partitions, topic.width) }, (_, shard) => shardIndex(shard));
}
