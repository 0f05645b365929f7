/**
 * Makes a table that was restored from a backup fit to be used: takes out what tells of a future that was not restored,
 * and says what is missing. To be run before anything else works on the table; it may be stopped and run again.
 *
 * It gives nothing back: where a page or the bytes of a segment did not make it into the backup, reading stops there with
 * an error, and another moment to restore to is the remedy.
 */
import { type PartitionIndex, shardCount, shardIndex } from "../../format/index.ts";
import {
  counterKey,
  readSequencer,
  type SequencerImage,
  sequencerKey,
  type TopicItem,
} from "../../format/items/index.ts";
import { repeating } from "../retry.ts";
import { partitionsOfShard } from "../sequencer/index.ts";
import { TopicStore } from "../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { MendedPartition, type PartitionReport } from "./partition.ts";

/** What was found in a restored table; and mended, unless it was only looked at. */
export type MendReport = {
  readonly topics: number;
  /** Every partition with something to tell. */
  readonly partitions: readonly PartitionReport[];
  /** Topics whose sequencers did not come along, wholly or in part. */
  readonly withoutSequencer: readonly string[];
};

/** Ids that were given to producers after the moment restored to must not be given again: so many are left out. */
const producerIdsSkipped = 2 ** 32;

/** Looks at everything, and mends it if told. Throws what the stores throw until the deadline of a call is over. */
export async function mendRestored(
  deps: EngineDeps,
  options: EngineOptions,
  { isApplied }: { readonly isApplied: boolean },
): Promise<MendReport> {
  const deadline = () => deps.clock.monotonicMs() + options.requestDeadlineMs;
  const topics = await new TopicStore(deps, options).list(deadline());
  const partitions: PartitionReport[] = [];
  const withoutSequencer = new Set<string>();
  for (const topic of topics) {
    for (const [partition, image] of await readShards(deps, topic, deadline)) {
      if (image === undefined) {
        if (topic.state === "active") withoutSequencer.add(topic.name);
        continue;
      }
      const mended = new MendedPartition(deps, topic, partition, deadline);
      const report = await mended.mend(image, isApplied);
      if (report !== undefined) partitions.push(report);
    }
  }
  if (isApplied) await skipProducerIds(deps, deadline());
  return { topics: topics.length, partitions, withoutSequencer: [...withoutSequencer] };
}

/** Each partition with the sequencer that orders it, if it has one. */
async function readShards(
  deps: EngineDeps,
  topic: TopicItem,
  deadline: () => number,
): Promise<ReadonlyMap<PartitionIndex, SequencerImage | undefined>> {
  const images = new Map<PartitionIndex, SequencerImage | undefined>();
  for (let index = 0; index < shardCount(topic.partitions, topic.width); index++) {
    const shard = shardIndex(index);
    const attributes = await repeating(deps, deadline(), () =>
      deps.items.get(sequencerKey(topic.id, shard), { consistent: true }),
    );
    const image = attributes && readSequencer(attributes);
    for (const partition of partitionsOfShard({ ...topic, shardPartitions: topic.width }, shard))
      images.set(partition, image?.partitions.has(partition) ? image : undefined);
  }
  return images;
}

async function skipProducerIds(deps: EngineDeps, deadlineMs: number): Promise<void> {
  // Sent again after a lost answer it skips more ids, which harms nobody.
  await repeating(deps, deadlineMs, () =>
    deps.items.update(counterKey("producer-id"), { add: { value: producerIdsSkipped } }, [
      { kind: "exists", name: "value" },
    ]),
  );
}
