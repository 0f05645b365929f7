/** DescribeTopicPartitions: topics in order of name, so many partitions at a time, and where to go on (KIP-966). */
import type { Topic } from "../../engine/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { type MessageDraft, type MessageValues, uuidZero } from "../wire/index.ts";
import type { Handler } from "./handler.ts";
import { type Found, findTopic } from "./topics-by-id.ts";

type Api = typeof messages.describeTopicPartitions;
type Request = MessageValues<Api["request"]>;
type Answer = NonNullable<MessageDraft<Api["response"]>["topics"]>[number];

/** Partitions of one answer, whatever is asked for: Kafka's max.request.partition.size.limit. */
const partitionsMax = 2_000;

export const describeTopicPartitions: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const { cursor } = request;
  const names = await namesAsked(call, request);
  let left = Math.min(Math.max(request.responsePartitionLimit, 1), partitionsMax);
  const topics: Answer[] = [];
  for (const name of names) {
    const first = cursor?.topicName === name ? Math.max(cursor.partitionIndex, 0) : 0;
    if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: 0 } };
    const found = await findTopic(call.service, { name, topicId: uuidZero });
    if (found.kind === "failed") {
      topics.push(refusal(name, found));
      continue;
    }
    const end = Math.min(found.topic.partitions, first + left);
    topics.push(description(call, found.topic, first, end));
    left -= end - first;
    if (end < found.topic.partitions) return { topics, nextCursor: { topicName: name, partitionIndex: end } };
  }
  return { topics, nextCursor: null };
};

async function namesAsked({ service }: Call, { topics, cursor }: Request): Promise<readonly string[]> {
  const names =
    topics.length === 0
      ? (await service.engine.topics.list()).map(({ name }) => name)
      : topics.map(({ name }) => name);
  return [...new Set(names)].sort().filter(name => cursor === null || name >= cursor.topicName);
}

function description({ service: { nodes } }: Call, topic: Topic, first: number, end: number): Answer {
  return {
    errorCode: errorCodes.NONE,
    name: topic.name,
    topicId: topic.id,
    partitions: Array.from({ length: Math.max(end - first, 0) }, (_, i) => {
      const leaderId = nodes.preferred(topic.id, first + i);
      return {
        partitionIndex: first + i,
        leaderId,
        leaderEpoch: 0,
        replicaNodes: [leaderId],
        isrNodes: [leaderId],
        // Null may be said, but Kafka's own client does not survive it.
        eligibleLeaderReplicas: [],
        lastKnownElr: [],
      };
    }),
  };
}

function refusal(name: string, found: Extract<Found, { kind: "failed" }>): Answer {
  return { errorCode: found.code, name };
}
