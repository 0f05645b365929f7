import type { TopicOffsets } from "./offsets/index.ts";

/** What is said of partitions one by one, topic by topic; each topic where it is named first. */
export function byTopic<Each extends { readonly topic: string }>(
  all: readonly Each[],
): readonly TopicOffsets<Each>[] {
  return [...Map.groupBy(all, ({ topic }) => topic)].map(([topic, partitions]) => ({ topic, partitions }));
}
