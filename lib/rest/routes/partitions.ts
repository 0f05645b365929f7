/**
 * Partitions of the v3 paths, and their replicas: one each, on the one broker that clients see.
 */
import { z } from "zod";
import { json } from "../answer.ts";
import { type Call, type Route, route } from "../route.ts";
import { none, partitionNumber, related, resource, resourceList, topicParams } from "../schemas.ts";
import { Links } from "./links.ts";
import { brokerId, namedTopic, requireCluster, topicWithPartition } from "./places.ts";

const partitionData = resource("KafkaPartition", {
  cluster_id: z.string(),
  topic_name: z.string(),
  partition_id: z.int(),
  leader: related,
  replicas: related,
  reassignment: related,
});

const replicaData = resource("KafkaReplica", {
  cluster_id: z.string(),
  topic_name: z.string(),
  partition_id: z.int(),
  broker_id: z.int(),
  is_leader: z.boolean(),
  is_in_sync: z.boolean(),
  broker: related,
});

const partitionParams = topicParams.extend({ partition_id: partitionNumber });

const tag = "Partition (v3)";
const path = "/v3/clusters/{cluster_id}/topics/{topic_name}/partitions";

export const partitionRoutes: readonly Route[] = [
  route({
    duty: "fetch",
    method: "get",
    path,
    tag,
    summary: "List the partitions of a topic",
    params: topicParams,
    query: none,
    answers: {
      200: {
        description: "Every partition, from 0 on.",
        content: { "application/json": { schema: resourceList("KafkaPartitionList", partitionData) } },
      },
    },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const { cluster_id, topic_name } = call.params;
      await requireCluster(call.service, cluster_id);
      const links = new Links(call, cluster_id);
      const topic = await call.service.engine.topics.describe(namedTopic(topic_name));
      return json({
        kind: "KafkaPartitionList",
        metadata: links.list(`/topics/${topic.name}/partitions`),
        data: Array.from({ length: topic.partitions }, (_, i) => partitionOf(call.params, i, links)),
      });
    },
  }),
  route({
    duty: "fetch",
    method: "get",
    path: `${path}/{partition_id}`,
    tag,
    summary: "Describe a partition",
    params: partitionParams,
    query: none,
    answers: {
      200: { description: "The partition.", content: { "application/json": { schema: partitionData } } },
    },
    errors: ["UnknownResource", "UnknownTopic", "UnknownPartition", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const links = await located(call);
      return json(partitionOf(call.params, call.params.partition_id, links));
    },
  }),
  route({
    duty: "fetch",
    method: "get",
    path: `${path}/{partition_id}/replicas`,
    tag,
    summary: "List the replicas of a partition",
    params: partitionParams,
    query: none,
    answers: {
      200: {
        description: "One, as far as clients are concerned.",
        content: { "application/json": { schema: resourceList("KafkaReplicaList", replicaData) } },
      },
    },
    errors: ["UnknownResource", "UnknownTopic", "UnknownPartition", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const links = await located(call);
      return json({
        kind: "KafkaReplicaList",
        metadata: links.list(`${at(call.params, call.params.partition_id)}/replicas`),
        data: [replicaOf(call.params, links)],
      });
    },
  }),
];

type PartitionParams = z.infer<typeof partitionParams>;

/** Links for a partition that exists. Throws UnknownPartition. */
async function located(call: Call<PartitionParams, unknown>): Promise<Links> {
  const { cluster_id, topic_name, partition_id } = call.params;
  await requireCluster(call.service, cluster_id);
  await topicWithPartition(call.service, topic_name, partition_id);
  return new Links(call, cluster_id);
}

function at({ topic_name }: z.infer<typeof topicParams>, partition: number): string {
  return `/topics/${topic_name}/partitions/${partition}`;
}

function partitionOf(
  params: z.infer<typeof topicParams>,
  partition: number,
  links: Links,
): z.infer<typeof partitionData> {
  const path = at(params, partition);
  return {
    kind: "KafkaPartition",
    metadata: links.metadata(path, `topic=${params.topic_name}/partition=${partition}`),
    ...params,
    partition_id: partition,
    leader: links.related(`${path}/replicas/${brokerId}`),
    replicas: links.related(`${path}/replicas`),
    reassignment: links.related(`${path}/reassignment`),
  };
}

function replicaOf(params: PartitionParams, links: Links): z.infer<typeof replicaData> {
  const { topic_name, partition_id } = params;
  const name = `topic=${topic_name}/partition=${partition_id}/replica=${brokerId}`;
  return {
    kind: "KafkaReplica",
    metadata: links.metadata(`${at(params, partition_id)}/replicas/${brokerId}`, name),
    ...params,
    broker_id: brokerId,
    is_leader: true,
    is_in_sync: true,
    broker: links.related(`/brokers/${brokerId}`),
  };
}
