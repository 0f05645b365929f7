/**
 * Topics and partitions of the v2 paths, which need no cluster id.
 */
import * as z from "zod";
import type { Topic } from "../../engine/index.ts";
import { jsonV2 } from "../answer.ts";
import { type Route, route } from "../route.ts";
import { none, plainPartitionParams, plainTopicParams } from "../schemas.ts";
import { brokerId, namedTopic, topicWithPartition } from "./places.ts";

const partitionData = z
  .object({
    partition: z.int(),
    leader: z.int(),
    replicas: z.array(z.object({ broker: z.int(), leader: z.boolean(), in_sync: z.boolean() })),
  })
  .meta({ id: "PartitionV2" });

const topicData = z
  .object({ name: z.string(), configs: z.record(z.string(), z.string()), partitions: z.array(partitionData) })
  .meta({ id: "TopicV2" });

const tag = "Topics (v2)";

export const topicV2Routes: readonly Route[] = [
  route({
    duty: "fetch",
    method: "get",
    path: "/topics",
    tag,
    summary: "List topics",
    params: none,
    query: none,
    answers: {
      200: {
        description: "The name of every topic.",
        content: { "application/vnd.kafka.v2+json": { schema: z.array(z.string()) } },
      },
    },
    errors: ["ReadFailed"],
    async handle(call) {
      return jsonV2((await call.service.engine.topics.list()).map(topic => topic.name));
    },
  }),
  route({
    duty: "fetch",
    method: "get",
    path: "/topics/{topic}",
    tag,
    summary: "Describe a topic",
    params: plainTopicParams,
    query: none,
    answers: {
      200: {
        description: "The topic, its configs and its partitions.",
        content: { "application/vnd.kafka.v2+json": { schema: topicData } },
      },
    },
    errors: ["UnknownTopic", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const { topics } = call.service.engine;
      const topic = await topics.describe(namedTopic(call.params.topic));
      const configs = await topics.describeConfigs(topic.name);
      return jsonV2({
        name: topic.name,
        configs: Object.fromEntries(configs.map(({ name, value }) => [name, value])),
        partitions: partitionsOf(topic),
      });
    },
  }),
  route({
    duty: "fetch",
    method: "get",
    path: "/topics/{topic}/partitions",
    tag,
    summary: "List the partitions of a topic",
    params: plainTopicParams,
    query: none,
    answers: {
      200: {
        description: "Every partition, from 0 on.",
        content: { "application/vnd.kafka.v2+json": { schema: z.array(partitionData) } },
      },
    },
    errors: ["UnknownTopic", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      return jsonV2(partitionsOf(await call.service.engine.topics.describe(namedTopic(call.params.topic))));
    },
  }),
  route({
    duty: "fetch",
    method: "get",
    path: "/topics/{topic}/partitions/{partition}",
    tag,
    summary: "Describe a partition",
    params: plainPartitionParams,
    query: none,
    answers: {
      200: {
        description: "The partition.",
        content: { "application/vnd.kafka.v2+json": { schema: partitionData } },
      },
    },
    errors: ["UnknownTopic", "UnknownPartition", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const { topic, partition } = call.params;
      await topicWithPartition(call.service, topic, partition);
      return jsonV2(partitionOf(partition));
    },
  }),
];

function partitionsOf(topic: Topic): readonly z.infer<typeof partitionData>[] {
  return Array.from({ length: topic.partitions }, (_, partition) => partitionOf(partition));
}

function partitionOf(partition: number): z.infer<typeof partitionData> {
  return {
    partition,
    leader: brokerId,
    replicas: [{ broker: brokerId, leader: true, in_sync: true }],
  };
}
