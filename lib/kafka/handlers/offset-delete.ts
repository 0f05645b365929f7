/** OffsetDelete: offsets of topics that nobody in the group reads (KIP-496). */
import { present } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { groupCodeOf } from "./group-codes.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.offsetDelete;

export const offsetDelete: Handler<Api["request"], Api["response"]> = async (call, { groupId, topics }) => {
  const asked = topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ partitionIndex }) => partitionIndex),
  }));
  try {
    const answers = await call.service.engine.groups.offsets.delete(groupId, asked);
    return {
      errorCode: errorCodes.NONE,
      topics: topics.map(({ name, partitions }, i) => ({
        name,
        partitions: partitions.map(({ partitionIndex }, j) => {
          const done = present(answers[i]?.partitions[j], "an answer");
          const errorCode = done.kind === "done" ? errorCodes.NONE : groupCodeOf(done.error);
          return { partitionIndex, errorCode };
        }),
      })),
    };
  } catch (error) {
    return { errorCode: groupCodeOf(error), topics: [] };
  }
};
