/**
 * The topics that a request names, as they are now: what is not there is an error of that topic or partition, said from a
 * strong read.
 */
import { checkTopicName } from "../../../format/index.ts";
import { CumulogError, messageOf } from "../../../std/index.ts";
import { TopicFenced, UnknownPartition, UnknownTopic } from "../../errors.ts";
import type { Topic, TopicResolver } from "../../topics/index.ts";
import type { OffsetDone, TopicOffsets, TopicOffsetsDone } from "./types.ts";

/** The topic. Throws UnknownTopic, TopicFenced, ReadFailed. */
export async function topicAsked(resolver: TopicResolver, asked: TopicOffsets<unknown>): Promise<Topic> {
  checkMayExist(asked.topic);
  return sameTopic(await resolver.resolve(asked.topic), asked.topicId);
}

/** The topic with all its partitions: looked at again, strongly, when one is named that it did not have. */
export async function topicWith(
  resolver: TopicResolver,
  asked: TopicOffsets<unknown>,
  partitions: readonly number[],
): Promise<Topic> {
  const topic = await topicAsked(resolver, asked);
  if (partitions.every(partition => partition < topic.partitions)) return topic;
  return sameTopic(await resolver.resolveStrongly(topic.name), topic.id);
}

/** Throws UnknownPartition unless the topic has it. */
export function checkPartition({ name, partitions }: Topic, partition: number): void {
  if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return;
  throw new UnknownPartition(`topic ${name} has no partition ${partition}: it has ${partitions}`);
}

/** What went wrong, as an answer. Faults of ours are thrown on. */
export function failedBy(error: unknown): { readonly kind: "failed"; readonly error: CumulogError } {
  if (error instanceof CumulogError && error.kind !== "bug") return { kind: "failed", error };
  throw error;
}

/** The same answer for every partition of a topic. */
export function allOf({ topic, partitions }: TopicOffsets<unknown>, answer: OffsetDone): TopicOffsetsDone {
  return { topic, partitions: partitions.map(() => answer) };
}

/** A name that no topic can have is that of none. */
function checkMayExist(name: string): void {
  try {
    checkTopicName(name);
  } catch (error) {
    throw new UnknownTopic(messageOf(error));
  }
}

function sameTopic(topic: Topic, id: string | undefined): Topic {
  if (id === undefined || topic.id === id) return topic;
  throw new TopicFenced(`topic ${topic.name} was created anew: ${id} is now ${topic.id}`);
}
