/** ListOffsets: where a partition begins and ends, and where a time begins in it. Always read strongly. */
import type { OffsetSpec } from "../../engine/index.ts";
import { present } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { MessageDraft, MessageValues } from "../wire/index.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.listOffsets;
type AskedTopic = MessageValues<Api["request"]>["topics"][number];
type TopicAnswer = NonNullable<MessageDraft<Api["response"]>["topics"]>[number];

const leaderEpochVersion = 4;

export const listOffsets: Handler<Api["request"], Api["response"]> = async (call, request) => ({
  topics: await Promise.all(request.topics.map(topic => listTopic(call, topic))),
});

async function listTopic(call: Call, { name, partitions }: AskedTopic): Promise<TopicAnswer> {
  const asked = partitions.map(({ partitionIndex, timestamp }) => ({
    topic: name,
    partition: partitionIndex,
    spec: specOf(timestamp),
  }));
  const answers = await call.service.engine.listOffsets(asked);
  return {
    name,
    partitions: partitions.map(({ partitionIndex }, i) => {
      const answer = present(answers[i], "an answer");
      if (answer.kind === "failed") return { partitionIndex, errorCode: codeOf(answer.error) };
      const { offset, timestampMs } = answer;
      return {
        partitionIndex,
        errorCode: errorCodes.NONE,
        offset,
        timestamp: timestampMs,
        // Older versions have no epoch: saying one there cannot be encoded.
        ...(call.version >= leaderEpochVersion && offset >= 0 && { leaderEpoch: 0 }),
      };
    }),
  };
}

/**
 * Negative timestamps are names (KIP-79, KIP-734, KIP-405, KIP-1005). Everything is in the local tier: the earliest local
 * offset is the earliest, and nothing was ever moved to another tier.
 */
function specOf(timestamp: number): OffsetSpec {
  switch (timestamp) {
    case -1:
      return { kind: "latest" };
    case -2:
    case -4:
      return { kind: "earliest" };
    case -3:
      return { kind: "maxTimestamp" };
    default:
      return { kind: "atTime", timestampMs: timestamp };
  }
}
