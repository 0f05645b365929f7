/**
 * Produce: batches go to the engine as the views of the frame that they are. acks=1 and acks=all both mean durable; with
 * acks=0 nothing is answered, but it is stored just the same.
 */
import type { AppendAnswer, AppendRequest } from "../../engine/index.ts";
import { concat, messageOf, present } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { MessageDraft, MessageValues } from "../wire/index.ts";
import type { Handler } from "./handler.ts";
import { findTopic } from "./topics-by-id.ts";

type Api = typeof messages.produce;
type TopicData = MessageValues<Api["request"]>["topicData"][number];
type TopicAnswer = NonNullable<MessageDraft<Api["response"]>["responses"]>[number];
type PartitionAnswer = NonNullable<TopicAnswer["partitionResponses"]>[number];

const acksAllowed: readonly number[] = [0, 1, -1];

export const produce: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const answers = acksAllowed.includes(request.acks)
    ? await Promise.all(request.topicData.map(topic => appendTopic(call, topic)))
    : request.topicData.map(topic =>
        refused(topic, errorCodes.INVALID_REQUIRED_ACKS, `acks ${request.acks}`),
      );
  return request.acks === 0 ? undefined : { responses: answers };
};

async function appendTopic(call: Call, data: TopicData): Promise<TopicAnswer> {
  const found = await findTopic(call.service, data);
  if (found.kind === "failed") return refused(data, found.code, messageOf(found.error));
  const { topic } = found;
  const requests = data.partitionData.map(
    ({ index, records }): AppendRequest => ({
      topic: topic.name,
      topicId: topic.id,
      partition: index,
      batches: records?.length === 1 ? present(records[0], "the batches") : concat(records ?? []),
    }),
  );
  const answers = await call.service.engine.append(requests);
  const partitionResponses = data.partitionData.map(({ index }, i) =>
    partitionAnswer(index, present(answers[i], "an answer")),
  );
  return { name: data.name, topicId: data.topicId, partitionResponses };
}

function partitionAnswer(index: number, answer: AppendAnswer): PartitionAnswer {
  if (answer.kind === "failed") return failure(index, codeOf(answer.error), messageOf(answer.error));
  const { baseOffset, appendTimeMs, logStartOffset } = answer;
  return { index, errorCode: errorCodes.NONE, baseOffset, logAppendTimeMs: appendTimeMs, logStartOffset };
}

function refused({ name, topicId, partitionData }: TopicData, code: number, message: string): TopicAnswer {
  return {
    name,
    topicId,
    partitionResponses: partitionData.map(({ index }) => failure(index, code, message)),
  };
}

function failure(index: number, errorCode: number, errorMessage: string): PartitionAnswer {
  return { index, errorCode, errorMessage, baseOffset: -1 };
}
