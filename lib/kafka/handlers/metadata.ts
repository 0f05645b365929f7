/**
 * Metadata: who serves, and which topics there are. Any gateway serves any partition; the one named as leader is the one
 * where its batches gather. An unknown topic is created when the client allows it and the server does.
 */
import { type Topic, TopicExists, UnknownTopic } from "../../engine/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import { type MessageDraft, type MessageValues, uuidZero } from "../wire/index.ts";
import type { Handler } from "./handler.ts";
import { findTopic } from "./topics-by-id.ts";

type Api = typeof messages.metadata;
type Request = MessageValues<Api["request"]>;
type Asked = NonNullable<Request["topics"]>[number];
type TopicAnswer = NonNullable<MessageDraft<Api["response"]>["topics"]>[number];

/** No operations are known: nobody is authorized by the server (KIP-430). */
const noOperations = -2_147_483_648;

/** The first version in which topics are asked for by id. */
const byIdFirst = 12;

export const metadata: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const { engine, nodes } = call.service;
  const { topics } = request;
  // An empty list meant "all" in version 0, and "none" ever since.
  const isAll = topics === null || (call.version === 0 && topics.length === 0);
  const answers = isAll
    ? (await engine.topics.list()).map(topic => topicAnswer(call, topic))
    : await Promise.all(topics.map(asked => askedAnswer(call, asked, request.allowAutoTopicCreation)));
  return {
    brokers: nodes.list(call.reachedAt).map(({ id, host, port }) => ({ nodeId: id, host, port })),
    clusterId: await engine.clusterId(),
    controllerId: nodes.ownId,
    topics: answers,
    clusterAuthorizedOperations: noOperations,
  };
};

async function askedAnswer(call: Call, { name, topicId }: Asked, mayCreate: boolean): Promise<TopicAnswer> {
  // Versions 10 and 11 have the field and no meaning for it; their answers have no null for a name.
  if (call.version < byIdFirst && (name === null || topicId !== uuidZero))
    return { errorCode: errorCodes.INVALID_REQUEST, name: name ?? "", topicId };
  const found = await findTopic(call.service, { name: name ?? "", topicId });
  if (found.kind === "topic") return topicAnswer(call, found.topic);
  const isMissing = found.error instanceof UnknownTopic && topicId === uuidZero && name !== null;
  if (!isMissing || !mayCreate || !call.service.options.autoCreateTopics)
    return { errorCode: found.code, name, topicId };
  try {
    return topicAnswer(call, await create(call, name));
  } catch (error) {
    return { errorCode: codeOf(error), name, topicId };
  }
}

async function create({ service: { engine } }: Call, name: string): Promise<Topic> {
  try {
    return await engine.topics.create({ name });
  } catch (error) {
    if (error instanceof TopicExists) return engine.topics.describe(name);
    throw error;
  }
}

function topicAnswer({ service: { nodes } }: Call, topic: Topic): TopicAnswer {
  return {
    errorCode: errorCodes.NONE,
    name: topic.name,
    topicId: topic.id,
    partitions: Array.from({ length: topic.partitions }, (_, partitionIndex) => {
      const leaderId = nodes.preferred(topic.id, partitionIndex);
      return { partitionIndex, leaderId, leaderEpoch: 0, replicaNodes: [leaderId], isrNodes: [leaderId] };
    }),
    topicAuthorizedOperations: noOperations,
  };
}
