/** DeleteRecords: the log start moves forward; -1 asks for all records that there are. */
import { present } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.deleteRecords;

export const deleteRecords: Handler<Api["request"], Api["response"]> = async (call, request) => ({
  topics: await Promise.all(
    request.topics.map(async ({ name, partitions }) => {
      const answers = await call.service.engine.deleteRecords(
        partitions.map(({ partitionIndex, offset }) => ({
          topic: name,
          partition: partitionIndex,
          before: offset === -1 ? "highWatermark" : offset,
        })),
      );
      return {
        name,
        partitions: partitions.map(({ partitionIndex }, i) => {
          const answer = present(answers[i], "an answer");
          return answer.kind === "failed"
            ? { partitionIndex, lowWatermark: -1, errorCode: codeOf(answer.error) }
            : { partitionIndex, lowWatermark: answer.logStartOffset, errorCode: errorCodes.NONE };
        }),
      };
    }),
  ),
});
