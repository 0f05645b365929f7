/**
 * Fetch: batches leave as the views of the cache that they are. No fetch sessions: every answer has session id 0 and lists
 * exactly the partitions that were asked for, empty ones too.
 */
import type { FetchAnswer, FetchRequest } from "../../engine/index.ts";
import { present } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { MessageDraft, MessageValues } from "../wire/index.ts";
import type { Handler } from "./handler.ts";
import { type Found, findTopic } from "./topics-by-id.ts";

type Api = typeof messages.fetch;
type Request = MessageValues<Api["request"]>;
type FetchTopic = Request["topics"][number];
type TopicAnswer = NonNullable<MessageDraft<Api["response"]>["responses"]>[number];
type PartitionAnswer = NonNullable<TopicAnswer["partitions"]>[number];

/** Epoch of a fetch that belongs to no session (KIP-227). */
const sessionless: readonly number[] = [-1, 0];

export const fetch: Handler<Api["request"], Api["response"]> = async (call, request) => {
  if (request.sessionId !== 0 || !sessionless.includes(request.sessionEpoch))
    return { errorCode: errorCodes.FETCH_SESSION_ID_NOT_FOUND };
  const found = await Promise.all(
    request.topics.map(({ topic, topicId }) => findTopic(call.service, { name: topic, topicId })),
  );
  const asked = request.topics.flatMap((topic, i) => requestsOf(topic, present(found[i], "a topic")));
  const answers = await call.service.engine.fetch(asked, waiting(call, request, found));
  let next = 0;
  const responses = request.topics.map((topic, i): TopicAnswer => {
    const of = present(found[i], "a topic");
    const partitions = topic.partitions.map(({ partition }) =>
      of.kind === "failed"
        ? failed(partition, of.code)
        : partitionAnswer(partition, present(answers[next++], "an answer")),
    );
    return { topic: topic.topic, topicId: topic.topicId, partitions };
  });
  return { responses };
};

function requestsOf({ partitions }: FetchTopic, found: Found): FetchRequest[] {
  if (found.kind === "failed") return [];
  const { name, id } = found.topic;
  return partitions.map(({ partition, fetchOffset, partitionMaxBytes }) => ({
    topic: name,
    topicId: id,
    partition,
    offset: fetchOffset,
    bytesMax: Math.max(partitionMaxBytes, 0),
  }));
}

/** An error is answered at once: a client must not wait to hear of it. */
function waiting({ service, signal }: Call, request: Request, found: readonly Found[]) {
  const { fetchWaitMsMax, fetchBytesMax } = service.options;
  const isWrong = found.some(({ kind }) => kind === "failed");
  return {
    waitMsMax: isWrong ? 0 : Math.min(Math.max(request.maxWaitMs, 0), fetchWaitMsMax),
    bytesMin: Math.max(request.minBytes, 0),
    bytesMax: Math.min(Math.max(request.maxBytes, 0), fetchBytesMax),
    signal,
  };
}

function partitionAnswer(partitionIndex: number, answer: FetchAnswer): PartitionAnswer {
  if (answer.kind === "failed") return failed(partitionIndex, codeOf(answer.error));
  const { highWatermark, lastStableOffset, logStartOffset, batches } = answer;
  return {
    partitionIndex,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    abortedTransactions: null,
    records: batches,
  };
}

function failed(partitionIndex: number, errorCode: number): PartitionAnswer {
  return {
    partitionIndex,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    records: [],
  };
}
