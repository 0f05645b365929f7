/**
 * OffsetFetch: where groups go on. "None" is offset -1, as in Kafka also of a topic that is not there. Nothing is ever
 * pending, so that `requireStable` is true of every answer. What could not be read is an error of the whole group, with a
 * code that makes every client ask again: it must not begin anew for that.
 */
import { type FetchedOffsets, UnknownTopic } from "../../engine/index.ts";
import { present } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { type MessageDraft, type MessageValues, uuidZero } from "../wire/index.ts";
import { groupCodeOf } from "./group-codes.ts";
import { type AskedTopic, topicsByName } from "./group-topics.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.offsetFetch;
type GroupAsked = MessageValues<Api["request"]>["groups"][number];
type TopicAsked = NonNullable<GroupAsked["topics"]>[number];
type GroupAnswer = NonNullable<MessageDraft<Api["response"]>["groups"]>[number];
type TopicAnswer = NonNullable<GroupAnswer["topics"]>[number];
type Known = Extract<FetchedOffsets, { kind: "offsets" }>;

const groupErrorVersion = 2;
const manyGroupsVersion = 8;

const none = { committedOffset: -1, committedLeaderEpoch: -1, metadata: "" };

export const offsetFetch: Handler<Api["request"], Api["response"]> = async (call, request) => {
  if (call.version >= manyGroupsVersion)
    return { groups: await Promise.all(request.groups.map(group => fetchGroup(call, group))) };
  const topics = request.topics?.map(topic => ({ ...topic, topicId: uuidZero })) ?? null;
  const asked = { groupId: request.groupId, memberId: null, memberEpoch: -1, topics };
  const { errorCode, topics: answered } = await fetchGroup(call, asked);
  // The first version has no place for an error of the group.
  if (call.version >= groupErrorVersion || errorCode === errorCodes.NONE)
    return { errorCode, topics: answered };
  return { topics: (topics ?? []).map(topic => failed(topic, errorCode)) };
};

async function fetchGroup(
  call: Call,
  group: GroupAsked,
): Promise<GroupAnswer & { readonly errorCode: number }> {
  const { groupId } = group;
  try {
    const topics =
      group.topics === null ? await fetchAll(call, group) : await fetchTopics(call, group, group.topics);
    return { groupId, topics, errorCode: errorCodes.NONE };
  } catch (error) {
    // Older clients know no other code of this API that says "ask again".
    return { groupId, topics: [], errorCode: groupCodeOf(error, errorCodes.COORDINATOR_LOAD_IN_PROGRESS) };
  }
}

/** Everything is asked for by reports: consumers name what they are assigned. */
async function fetchAll({ service }: Call, group: GroupAsked): Promise<readonly TopicAnswer[]> {
  const options = { ...claimOf(group), stamps: false };
  const answers = await service.engine.groups.offsets.fetch(group.groupId, "all", options);
  return answers.map(answer => {
    const known = knownOf(answer);
    return topicAnswer({ name: known.topic, topicId: known.topicId }, known);
  });
}

async function fetchTopics(
  { service }: Call,
  group: GroupAsked,
  asked: readonly TopicAsked[],
): Promise<readonly TopicAnswer[]> {
  const topics = await topicsByName(service, asked);
  const named = topics.flatMap(each => (each.kind === "topic" ? [partitionsOf(each)] : []));
  const options = { ...claimOf(group), stamps: true };
  const answers = await service.engine.groups.offsets.fetch(group.groupId, named, options);
  let next = 0;
  return topics.map(each => {
    if (each.kind === "failed") return failed(each.asked, each.code);
    const answer = present(answers[next++], "an answer");
    const isGone = answer.kind === "failed" && answer.error instanceof UnknownTopic;
    return isGone ? failed(each.asked, errorCodes.NONE) : topicAnswer(each.asked, knownOf(answer));
  });
}

/** KIP-848: its members say who they are. */
function claimOf({ memberId, memberEpoch }: GroupAsked) {
  return memberId === null || memberEpoch < 0 ? {} : { claim: { memberId, generation: memberEpoch } };
}

function partitionsOf({ topic, asked }: Extract<AskedTopic<TopicAsked>, { kind: "topic" }>) {
  return { topic, partitions: asked.partitionIndexes };
}

function knownOf(answer: FetchedOffsets): Known {
  if (answer.kind === "failed") throw answer.error;
  return answer;
}

function topicAnswer(
  { name, topicId }: { readonly name: string; readonly topicId: string },
  { partitions }: Known,
): TopicAnswer {
  return {
    name,
    topicId,
    partitions: partitions.map(({ partition: partitionIndex, committed }) => {
      if (!committed) return { partitionIndex, ...none };
      const { offset, leaderEpoch, metadata } = committed;
      return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata };
    }),
  };
}

function failed({ name, topicId, partitionIndexes }: TopicAsked, errorCode: number): TopicAnswer {
  return {
    name,
    topicId,
    partitions: partitionIndexes.map(partitionIndex => ({ partitionIndex, ...none, errorCode })),
  };
}
