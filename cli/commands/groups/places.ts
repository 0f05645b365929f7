/**
 * Which partitions `groups reset-offsets` is about, and what is asked of the server for them: pure.
 */
import { InvalidArgumentError } from "commander";
import { UsageWrong } from "../../errors.ts";
import type { GroupLag, OffsetTarget } from "../../group-endpoints.ts";
import type { NewPlace } from "./new-place.ts";

/** A topic, whole or some of its partitions. */
export type TopicPart = { readonly topic: string; readonly partitions?: readonly number[] };

/** `orders`, `orders:0` or `orders:0,2`. */
export function topicPart(text: string): TopicPart {
  const match = /^([^:]+)(?::(\d{1,9}(?:,\d{1,9})*))?$/.exec(text);
  if (match?.[1] === undefined)
    throw new InvalidArgumentError("A topic is wanted, or some of its partitions: orders or orders:0,2.");
  const partitions = match[2]?.split(",").map(Number);
  return { topic: match[1], ...(partitions && { partitions: [...new Set(partitions)] }) };
}

/** What the server is asked to do. Throws UsageWrong where a shift has nothing to start from. */
export function targetsOf(
  place: NewPlace,
  parts: readonly TopicPart[],
  committed: readonly GroupLag[],
): readonly OffsetTarget[] {
  if (place.kind === "to") return parts.map(part => ({ ...part, to: place.to }));
  return parts.flatMap(part => shifted(part, place.by, committed));
}

/** All that the group has committed something of. */
export function partsOf(committed: readonly GroupLag[]): readonly TopicPart[] {
  return [...Map.groupBy(committed, ({ topic }) => topic)].map(([topic, lags]) => ({
    topic,
    partitions: lags.map(({ partition }) => partition),
  }));
}

function shifted(
  { topic, partitions }: TopicPart,
  by: number,
  committed: readonly GroupLag[],
): readonly OffsetTarget[] {
  const ours = committed.filter(each => each.topic === topic);
  const wanted = partitions ?? ours.map(({ partition }) => partition);
  if (wanted.length === 0)
    throw new UsageWrong(`--shift-by ${by}: the group has committed nothing of topic ${topic}`);
  return wanted.map(partition => {
    const from = ours.find(each => each.partition === partition)?.committed;
    if (from === undefined)
      throw new UsageWrong(
        `--shift-by ${by}: the group has committed nothing of partition ${partition} of topic ${topic}`,
      );
    return { topic, partitions: [partition], to: { offset: Math.max(0, from + by) } };
  });
}
