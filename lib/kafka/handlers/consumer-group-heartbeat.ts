/** ConsumerGroupHeartbeat (KIP-848): joins, goes on, or leaves; brings what the member may use from now on. */
import type { TopicId } from "../../format/index.ts";
import { CumulogError, messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.consumerGroupHeartbeat;

export const consumerGroupHeartbeat: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const { groupId: group, memberId, memberEpoch: epoch, instanceId, rackId } = request;
  const { subscribedTopicNames, subscribedTopicRegex, serverAssignor, topicPartitions } = request;
  try {
    const answer = await call.service.engine.groups.consumerHeartbeat({
      group,
      memberId,
      epoch,
      ...(instanceId !== null && { instanceId }),
      ...(rackId !== null && { rackId }),
      clientId: call.clientId ?? "",
      host: call.clientHost,
      ...(request.rebalanceTimeoutMs >= 0 && { rebalanceMs: request.rebalanceTimeoutMs }),
      ...(subscribedTopicNames !== null && { names: subscribedTopicNames }),
      ...(subscribedTopicRegex !== null && { regex: subscribedTopicRegex }),
      ...(serverAssignor !== null && { assignor: serverAssignor }),
      ...(topicPartitions !== null && {
        owned: new Map(topicPartitions.map(({ topicId, partitions }) => [topicId as TopicId, partitions])),
      }),
    });
    return {
      errorCode: errorCodes.NONE,
      memberId: answer.memberId,
      memberEpoch: answer.epoch,
      heartbeatIntervalMs: answer.intervalMs,
      assignment: answer.assignment
        ? {
            topicPartitions: [...answer.assignment].map(([topicId, partitions]) => ({ topicId, partitions })),
          }
        : null,
    };
  } catch (error) {
    if (!(error instanceof CumulogError)) throw error;
    return { errorCode: codeOf(error), errorMessage: messageOf(error), memberId, memberEpoch: 0 };
  }
};
