/**
 * Topics of the v3 paths: list, create, describe, grow, delete.
 */
import * as z from "zod";
import type { Topic } from "../../engine/index.ts";
import { json, noContent } from "../answer.ts";
import { readJson } from "../body.ts";
import { type Call, type Route, route } from "../route.ts";
import { clusterParams, none, related, resource, resourceList, topicParams } from "../schemas.ts";
import { Links } from "./links.ts";
import { namedTopic, requireCluster } from "./places.ts";

const topicData = resource("KafkaTopic", {
  cluster_id: z.string(),
  topic_name: z.string(),
  is_internal: z.boolean(),
  replication_factor: z.int(),
  partitions_count: z.int(),
  partitions: related,
  configs: related,
  partition_reassignments: related,
});

const newTopic = z
  .strictObject({
    topic_name: z.string(),
    partitions_count: z.int().nullish(),
    replication_factor: z
      .int()
      .nullish()
      .meta({ description: "Accepted; the stores replicate on their own." }),
    configs: z.array(z.strictObject({ name: z.string(), value: z.string().nullish() })).nullish(),
    validate_only: z.boolean().nullish().meta({ description: "Check everything, create nothing." }),
  })
  .meta({ id: "CreateTopicRequest" });

const newPartitionCount = z
  .strictObject({ partitions_count: z.int() })
  .meta({ id: "UpdatePartitionCountRequest" });

const tag = "Topic (v3)";
const path = "/v3/clusters/{cluster_id}/topics";
const oneTopic = { "application/json": { schema: topicData } };

export const topicRoutes: readonly Route[] = [
  route({
    duty: "fetch",
    method: "get",
    path,
    tag,
    summary: "List topics",
    params: clusterParams,
    query: none,
    answers: {
      200: {
        description: "Every topic, by name.",
        content: { "application/json": { schema: resourceList("KafkaTopicList", topicData) } },
      },
    },
    errors: ["UnknownResource", "ReadFailed"],
    handle: listTopics,
  }),
  route({
    duty: "admin",
    method: "post",
    path,
    tag,
    summary: "Create a topic",
    params: clusterParams,
    query: none,
    body: {
      "application/json": {
        schema: newTopic,
        example: {
          topic_name: "orders",
          partitions_count: 8,
          configs: [{ name: "retention.ms", value: "86400000" }],
        },
      },
    },
    answers: {
      201: { description: "The topic, ready for use.", content: oneTopic },
      200: { description: "The topic as it would be: `validate_only`.", content: oneTopic },
    },
    errors: [
      "UnknownResource",
      "TopicExists",
      "InvalidTopicName",
      "InvalidPartitions",
      "InvalidConfig",
      "TopicBusy",
    ],
    handle: createTopic,
  }),
  route({
    duty: "fetch",
    method: "get",
    path: `${path}/{topic_name}`,
    tag,
    summary: "Describe a topic",
    params: topicParams,
    query: none,
    answers: { 200: { description: "The topic.", content: oneTopic } },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const { cluster_id, topic_name } = call.params;
      await requireCluster(call.service, cluster_id);
      const topic = await call.service.engine.topics.describe(namedTopic(topic_name));
      return json(dataOf(topic, new Links(call, cluster_id), cluster_id));
    },
  }),
  route({
    duty: "admin",
    method: "patch",
    path: `${path}/{topic_name}`,
    tag,
    summary: "Add partitions",
    description: "Keys go to other partitions afterwards, as in Kafka.",
    params: topicParams,
    query: none,
    body: { "application/json": { schema: newPartitionCount, example: { partitions_count: 16 } } },
    answers: { 200: { description: "The topic with its new partitions.", content: oneTopic } },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "InvalidPartitions", "TopicBusy"],
    async handle(call) {
      const { cluster_id, topic_name } = call.params;
      await requireCluster(call.service, cluster_id);
      const { partitions_count } = await readJson(call.service, call.request, newPartitionCount);
      const topic = await call.service.engine.topics.addPartitions(namedTopic(topic_name), partitions_count);
      return json(dataOf(topic, new Links(call, cluster_id), cluster_id));
    },
  }),
  route({
    duty: "admin",
    method: "delete",
    path: `${path}/{topic_name}`,
    tag,
    summary: "Delete a topic",
    description: "The name is free at once. The space that the records take is not freed yet.",
    params: topicParams,
    query: none,
    answers: { 204: { description: "Deleted." } },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "TopicBusy"],
    async handle(call) {
      const { cluster_id, topic_name } = call.params;
      await requireCluster(call.service, cluster_id);
      await call.service.engine.topics.delete(namedTopic(topic_name));
      return noContent();
    },
  }),
];

async function listTopics(call: Call<z.infer<typeof clusterParams>, unknown>): Promise<Response> {
  const { cluster_id } = call.params;
  await requireCluster(call.service, cluster_id);
  const links = new Links(call, cluster_id);
  const topics = await call.service.engine.topics.list();
  return json({
    kind: "KafkaTopicList",
    metadata: links.list("/topics"),
    data: topics.map(topic => dataOf(topic, links, cluster_id)),
  });
}

async function createTopic(call: Call<z.infer<typeof clusterParams>, unknown>): Promise<Response> {
  const { cluster_id } = call.params;
  await requireCluster(call.service, cluster_id);
  const asked = await readJson(call.service, call.request, newTopic);
  const validateOnly = asked.validate_only ?? false;
  const given = (asked.configs ?? []).flatMap(({ name, value }) =>
    value === null || value === undefined ? [] : [[name, value] as const],
  );
  const topic = await call.service.engine.topics.create({
    name: asked.topic_name,
    ...(typeof asked.partitions_count === "number" && { partitions: asked.partitions_count }),
    configs: Object.fromEntries(given),
    validateOnly,
  });
  const data = dataOf(topic, new Links(call, cluster_id), cluster_id);
  return validateOnly ? json(data) : json(data, 201, { location: data.metadata.self });
}

function dataOf(topic: Topic, links: Links, clusterId: string): z.infer<typeof topicData> {
  const at = `/topics/${topic.name}`;
  return {
    kind: "KafkaTopic",
    metadata: links.metadata(at, `topic=${topic.name}`),
    cluster_id: clusterId,
    topic_name: topic.name,
    is_internal: false,
    // As clients count: the one broker that they see.
    replication_factor: 1,
    partitions_count: topic.partitions,
    partitions: links.related(`${at}/partitions`),
    configs: links.related(`${at}/configs`),
    partition_reassignments: links.related(`${at}/partitions/-/reassignment`),
  };
}
