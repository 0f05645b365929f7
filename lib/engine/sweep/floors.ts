/**
 * Raises floors, so that nothing older than a sweep's W is linked from then on. The floor of the log first, then the topics are
 * listed, then the floor of each sequencer: a topic that is made meanwhile has seen the first, or is in the list.
 */
import { type ShardIndex, shardCount, shardIndex } from "../../format/index.ts";
import {
  counterKey,
  floorUpdate,
  newSealedSequencer,
  newSequencer,
  raiseCounterUpdate,
  readNumberCounter,
  sequencerKey,
} from "../../format/items/index.ts";
import type { Attributes, ItemStore } from "../../ports/index.ts";
import { partitionsOfShard } from "../sequencer/index.ts";
import type { Budget } from "../upkeep/index.ts";
import { SweepRefused } from "./errors.ts";
import type { SweptTopic } from "./list-topics.ts";

/** The floor of the whole log, read strongly. */
export async function readFloor(items: ItemStore, budget: Budget): Promise<number> {
  return readNumberCounter(
    "floor",
    await budget.call(() => items.get(counterKey("floor"), { consistent: true })),
  );
}

/** Raises the floor of the whole log; it stays where it is higher. */
export async function raiseFloor(items: ItemStore, to: number, budget: Budget): Promise<void> {
  const { update, condition } = raiseCounterUpdate(to);
  await budget.call(() => items.update(counterKey("floor"), update, condition));
}

/** The shards of a topic. */
export function shardsOf({
  partitions,
  width,
}: Pick<SweptTopic, "partitions" | "width">): readonly ShardIndex[] {
  return Array.from({ length: shardCount(partitions, width) }, (_, shard) => shardIndex(shard));
}

/**
 * Raises the floor of one sequencer. One that is missing is made with `newFloor`, the floor of the log as it was read after
 * the list of topics: with the sweep's own it could be behind another's.
 */
export async function raiseShard(
  items: ItemStore,
  topic: SweptTopic,
  shard: ShardIndex,
  { to, newFloor }: { readonly to: number; readonly newFloor: number },
  budget: Budget,
): Promise<void> {
  const key = sequencerKey(topic.id, shard);
  const { update, condition } = floorUpdate(to);
  const raise = () => budget.call(() => items.update(key, update, condition));
  const raised = await raise();
  if (raised.kind === "applied" || raised.current !== undefined) return;
  const attributes = missingShard(topic, shard, newFloor);
  if (attributes === undefined) return;
  const made = await budget.call(() => items.put({ ...key, attributes }, [{ kind: "itemAbsent" }]));
  // Somebody was faster, and may have read the floor of the log before this sweep raised it.
  if (made.kind === "refused") await raise();
}

/** What is put where no sequencer is; undefined: nothing, the purge has taken it. */
function missingShard(topic: SweptTopic, shard: ShardIndex, floor: number): Attributes | undefined {
  switch (topic.state) {
    case "purged":
      return undefined;
    case "deleting":
      return newSealedSequencer(floor);
    case "creating":
      return newSequencer(floor, partitionsOfShard({ ...topic, shardPartitions: topic.width }, shard));
    case "active":
      throw new SweepRefused(
        `topic ${topic.name} (${topic.id}) is in use and its sequencer ${shard} is missing: look at it with cumulog doctor`,
      );
  }
}
