/**
 * DescribeTopicPartitions may say null for the eligible leaders, and by default does. Kafka's own admin client fails on it:
 * describeTopics() ended in a NullPointerException.
 */
import { expect, it } from "vitest";
import { SystemClock } from "../../lib/adapters/system/index.ts";
import { describeTopicPartitions } from "../../lib/kafka/handlers/describe-topic-partitions.ts";
import { defaultKafkaOptions } from "../../lib/kafka/index.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { anEngine } from "../support/log.ts";

it("describes a topic to Kafka's own client with lists, not null", async () => {
  const engine = anEngine();
  await engine.topics.create({ name: "orders", partitions: 1 });
  const answer = await describeTopicPartitions(
    {
      service: {
        engine,
        clock: new SystemClock(),
        telemetry: silentTelemetry,
        nodes: { ownId: 1, list: () => [], preferred: () => 1 },
        options: defaultKafkaOptions,
      },
      version: 0,
      clientId: null,
      clientHost: "127.0.0.1",
      reachedAt: { host: "localhost", port: 9092 },
      signal: new AbortController().signal,
    },
    { topics: [{ name: "orders" }], responsePartitionLimit: 10, cursor: null },
  );
  expect(answer?.topics?.[0]?.partitions).toMatchObject([{ eligibleLeaderReplicas: [], lastKnownElr: [] }]);
});
