/**
 * OffsetForLeaderEpoch: there is one epoch, 0, for ever, and it ends where the partition ends. A client that knows another
 * epoch knows it from another cluster.
 */
import { present } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.offsetForLeaderEpoch;

export const offsetForLeaderEpoch: Handler<Api["request"], Api["response"]> = async (call, request) => ({
  topics: await Promise.all(
    request.topics.map(async ({ topic, partitions }) => {
      const ends = await call.service.engine.listOffsets(
        partitions.map(({ partition }) => ({ topic, partition, spec: { kind: "latest" } })),
      );
      return {
        topic,
        partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }, i) => {
          const end = present(ends[i], "an answer");
          if (end.kind === "failed") return { partition, errorCode: codeOf(end.error) };
          if (currentLeaderEpoch > 0) return { partition, errorCode: errorCodes.UNKNOWN_LEADER_EPOCH };
          const isKnown = leaderEpoch === 0;
          return { partition, leaderEpoch: isKnown ? 0 : -1, endOffset: isKnown ? end.offset : -1 };
        }),
      };
    }),
  ),
});
