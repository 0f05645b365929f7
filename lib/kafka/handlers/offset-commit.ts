/**
 * OffsetCommit: where a group goes on. The time that old versions want an offset kept for is not looked at: offsets go with
 * their group, as in Kafka since KIP-211.
 */
import type { MemberClaim, TopicOffsetsDone } from "../../engine/index.ts";
import { present } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import type { MessageDraft, MessageValues } from "../wire/index.ts";
import { groupCodeOf } from "./group-codes.ts";
import { type AskedTopic, topicsByName } from "./group-topics.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.offsetCommit;
type Request = MessageValues<Api["request"]>;
type Topic = Request["topics"][number];
type TopicAnswer = NonNullable<MessageDraft<Api["response"]>["topics"]>[number];

export const offsetCommit: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const topics = await topicsByName(call.service, request.topics);
  const asked = topics.flatMap(each => (each.kind === "topic" ? [offsetsOf(each)] : []));
  const { offsets } = call.service.engine.groups;
  try {
    const answers = await offsets.commit(request.groupId, claimOf(request), asked, {
      signal: call.signal,
    });
    let next = 0;
    return {
      topics: topics.map(each =>
        each.kind === "topic"
          ? answerOf(each.asked, present(answers[next++], "an answer"))
          : allOf(each.asked, each.code),
      ),
    };
  } catch (error) {
    const code = groupCodeOf(error);
    return { topics: request.topics.map(topic => allOf(topic, code)) };
  }
};

function claimOf({ memberId, groupInstanceId, generationIdOrMemberEpoch }: Request): MemberClaim {
  return {
    memberId,
    ...(groupInstanceId !== null && { instanceId: groupInstanceId }),
    generation: generationIdOrMemberEpoch,
  };
}

function offsetsOf({ topic, asked }: Extract<AskedTopic<Topic>, { kind: "topic" }>) {
  return {
    topic,
    partitions: asked.partitions.map(each => ({
      partition: each.partitionIndex,
      offset: each.committedOffset,
      leaderEpoch: each.committedLeaderEpoch,
      metadata: each.committedMetadata ?? "",
    })),
  };
}

function answerOf({ name, topicId, partitions }: Topic, answer: TopicOffsetsDone): TopicAnswer {
  return {
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }, i) => {
      const done = present(answer.partitions[i], "an answer");
      return { partitionIndex, errorCode: done.kind === "done" ? errorCodes.NONE : groupCodeOf(done.error) };
    }),
  };
}

function allOf({ name, topicId, partitions }: Topic, errorCode: number): TopicAnswer {
  return {
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  };
}
