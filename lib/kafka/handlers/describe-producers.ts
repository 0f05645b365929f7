/** DescribeProducers: the idempotent producers that a partition remembers. */
import { messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.describeProducers;

export const describeProducers: Handler<Api["request"], Api["response"]> = async (call, { topics }) => ({
  topics: await Promise.all(
    topics.map(async ({ name, partitionIndexes }) => ({
      name,
      partitions: await Promise.all(
        partitionIndexes.map(async partitionIndex => {
          try {
            const producers = await call.service.engine.describeProducers(name, partitionIndex);
            return {
              partitionIndex,
              errorCode: errorCodes.NONE,
              activeProducers: producers.map(({ producerId, epoch, lastSequence, lastTimeMs }) => ({
                producerId,
                producerEpoch: epoch,
                lastSequence,
                lastTimestamp: lastTimeMs,
                coordinatorEpoch: -1,
              })),
            };
          } catch (error) {
            return { partitionIndex, errorCode: codeOf(error), errorMessage: messageOf(error) };
          }
        }),
      ),
    })),
  ),
});
