/**
 * What an assignor is asked and answers: values in, values out. It reads nothing, waits for nothing, and the order of the
 * maps that it is given makes no difference.
 */
import type { TopicId } from "../../../../format/index.ts";
import type { TopicPartitions } from "../../../../format/items/index.ts";

/** A member as an assignor sees it. */
export type Subscriber = {
  readonly topics: ReadonlySet<TopicId>;
  readonly instanceId?: string;
  /** What it has in the present target. */
  readonly before: TopicPartitions;
};

export type AssignorInput = {
  /** By member key. */
  readonly members: ReadonlyMap<string, Subscriber>;
  /** How many partitions each topic has. A topic that is not here does not exist. */
  readonly partitions: ReadonlyMap<TopicId, number>;
};

/** The next target, by member key. Every member is in it, those that get nothing with nothing. */
export type Assignor = (input: AssignorInput) => ReadonlyMap<string, TopicPartitions>;
