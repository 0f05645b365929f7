/**
 * Leaves a topic as somebody does who died half-way, past the API: a creator wrote the topic, and not its sequencers.
 */
import { SystemClock, SystemRandom } from "../../lib/adapters/system/index.ts";
import { topicId } from "../../lib/format/index.ts";
import { readTopic, type TopicItem, topicAttributes, topicKey } from "../../lib/format/items/index.ts";
import type { ItemStore } from "../../lib/ports/index.ts";

/** Writes the item of a topic with two partitions that somebody began to create. */
export async function leaveHalfMade(items: ItemStore, name: string): Promise<void> {
  const attributes = topicAttributes({
    name,
    id: topicId(new SystemRandom().bytes(16)),
    partitions: 2,
    width: 8,
    configs: {},
    state: "creating",
    // It was never active.
    version: 0,
    createdMs: new SystemClock().now(),
  });
  await items.put({ ...topicKey(name), attributes });
}

/** Writes a topic that is there as its changer did who then died. */
export async function changeTopic(
  items: ItemStore,
  name: string,
  change: (item: TopicItem) => TopicItem,
): Promise<void> {
  const attributes = await items.get(topicKey(name), { consistent: true });
  const before = readTopic(name, attributes ?? {});
  const after = { ...change(before), version: before.version + 1 };
  await items.put({ ...topicKey(name), attributes: topicAttributes(after) });
}
