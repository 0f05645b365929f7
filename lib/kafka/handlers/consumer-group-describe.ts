/** ConsumerGroupDescribe (KIP-848): groups of kind consumer, what each member has and what it is to have. */
import type { DescribedConsumerGroup } from "../../engine/index.ts";
import type { TopicPartitions } from "../../format/items/index.ts";
import { CumulogError, messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.consumerGroupDescribe;

/** KIP-1099: which protocol a member speaks. */
const memberTypes = { classic: 0, consumer: 1 };

export const consumerGroupDescribe: Handler<Api["request"], Api["response"]> = async (call, { groupIds }) => {
  const { topics } = call.service.engine;
  const described = await Promise.all(groupIds.map(group => describeOne(call, group)));
  const names = new Map((await topics.list()).map(({ id, name }) => [id as string, name]));
  return {
    groups: described.map(each => ("members" in each ? present(each, names) : each)),
  };
};

async function describeOne(call: Call, groupId: string) {
  try {
    return await call.service.engine.groups.describeConsumers(groupId);
  } catch (error) {
    if (!(error instanceof CumulogError)) throw error;
    const errorCode = codeOf(error);
    return { errorCode, errorMessage: messageOf(error), groupId, groupState: "", assignorName: "" };
  }
}

function present(described: DescribedConsumerGroup, names: ReadonlyMap<string, string>) {
  const { group, phase, epoch, assignor, isReconciling, members } = described;
  return {
    errorCode: errorCodes.NONE,
    groupId: group,
    groupState: phase === "empty" ? "Empty" : isReconciling ? "Reconciling" : "Stable",
    groupEpoch: epoch,
    assignmentEpoch: epoch,
    assignorName: assignor,
    members: members.map(member => ({
      memberId: member.memberId,
      instanceId: member.instanceId ?? null,
      rackId: member.rackId ?? null,
      memberEpoch: member.epoch,
      clientId: member.clientId,
      clientHost: member.host,
      subscribedTopicNames: [...member.subscription.names],
      subscribedTopicRegex: member.subscription.regex ?? null,
      assignment: { topicPartitions: named(member.assigned, names) },
      targetAssignment: { topicPartitions: named(member.target, names) },
      memberType: member.isHosted ? memberTypes.classic : memberTypes.consumer,
    })),
  };
}

/** A topic that is gone has no name any more. */
function named(partitions: TopicPartitions, names: ReadonlyMap<string, string>) {
  return [...partitions].map(([topicId, indexes]) => ({
    topicId,
    topicName: names.get(topicId) ?? "",
    partitions: [...indexes],
  }));
}
