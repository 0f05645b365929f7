/**
 * Leaves a topic as a creator does who died half-way: the topic is written, its sequencers are not.
 */

import type { AwsItemStore } from "../../lib/adapters/aws/index.ts";
import { SystemClock, SystemRandom } from "../../lib/adapters/system/index.ts";
import { topicId } from "../../lib/format/index.ts";
import { topicAttributes, topicKey } from "../../lib/format/items/index.ts";

/** Writes the item of a topic with two partitions that somebody began to create. */
export async function leaveHalfMade(items: AwsItemStore, name: string): Promise<void> {
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
