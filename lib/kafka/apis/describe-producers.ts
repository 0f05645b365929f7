/**
 * DescribeProducers (API 61), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, listOf, message, string } from "../wire/index.ts";

export const describeProducersRequest = message("DescribeProducersRequest", "0", "0+", {
  topics: list({ name: string(), partitionIndexes: listOf("int32") }),
});

export const describeProducersResponse = message("DescribeProducersResponse", "0", "0+", {
  throttleTimeMs: int32(),
  topics: list({
    name: string(),
    partitions: list({
      partitionIndex: int32(),
      errorCode: int16(),
      errorMessage: string("0+", { nullable: "0+", default: null }),
      activeProducers: list({
        producerId: int64(),
        producerEpoch: int32(),
        lastSequence: int32("0+", { default: -1 }),
        lastTimestamp: int64("0+", { default: -1 }),
        coordinatorEpoch: int32(),
        currentTxnStartOffset: int64("0+", { default: -1 }),
      }),
    }),
  }),
});
