/**
 * Replicas of the v3 paths. The stores replicate on their own; clients see one replica of each partition, on the one
 * broker that they see.
 */
import * as z from "zod";
import { json } from "../answer.ts";
import { type Call, type Route, route } from "../route.ts";
import { brokerParams, none, partitionParams, related, resource, resourceList } from "../schemas.ts";
import { Links } from "./links.ts";
import { brokerId, requireBroker, requireCluster, topicWithPartition } from "./places.ts";

const replicaData = resource("KafkaReplica", {
  cluster_id: z.string(),
  topic_name: z.string(),
  partition_id: z.int(),
  broker_id: z.int(),
  is_leader: z.boolean(),
  is_in_sync: z.boolean(),
  broker: related,
});
const replicaList = resourceList("KafkaReplicaList", replicaData);
const replicaParams = partitionParams.extend(brokerParams.shape);

const path = "/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/replicas";

export const replicaRoutes: readonly Route[] = [
  route({
    duty: "fetch",
    method: "get",
    path,
    tag: "Partition (v3)",
    summary: "List the replicas of a partition",
    params: partitionParams,
    query: none,
    answers: {
      200: {
        description: "One, as far as clients are concerned.",
        content: { "application/json": { schema: replicaList } },
      },
    },
    errors: ["UnknownResource", "UnknownTopic", "UnknownPartition", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const links = await located(call);
      return json({
        kind: "KafkaReplicaList",
        metadata: links.list(at(call.params)),
        data: [replicaOf(call.params, links)],
      });
    },
  }),
  route({
    duty: "fetch",
    method: "get",
    path: `${path}/{broker_id}`,
    tag: "Partition (v3)",
    summary: "Describe a replica of a partition",
    params: replicaParams,
    query: none,
    answers: {
      200: { description: "The replica.", content: { "application/json": { schema: replicaData } } },
    },
    errors: ["UnknownResource", "UnknownTopic", "UnknownPartition", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const { broker_id, ...partition } = call.params;
      const links = await located(call);
      requireBroker(broker_id);
      return json(replicaOf(partition, links));
    },
  }),
  route({
    duty: "fetch",
    method: "get",
    path: "/v3/clusters/{cluster_id}/brokers/{broker_id}/partition-replicas",
    tag: "Cluster (v3)",
    summary: "List the replicas of a broker",
    params: brokerParams,
    query: none,
    answers: {
      200: {
        description: "One of each partition of each topic.",
        content: { "application/json": { schema: replicaList } },
      },
    },
    errors: ["UnknownResource", "ReadFailed"],
    handle: listReplicasOfBroker,
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

async function listReplicasOfBroker(call: Call<z.infer<typeof brokerParams>, unknown>): Promise<Response> {
  const { cluster_id, broker_id } = call.params;
  await requireCluster(call.service, cluster_id);
  requireBroker(broker_id);
  const links = new Links(call, cluster_id);
  const topics = await call.service.engine.topics.list();
  const partitions = topics.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, i) => ({ cluster_id, topic_name: name, partition_id: i })),
  );
  return json({
    kind: "KafkaReplicaList",
    metadata: links.list(`/brokers/${brokerId}/partition-replicas`),
    data: partitions.map(partition => replicaOf(partition, links)),
  });
}

function at({ topic_name, partition_id }: PartitionParams): string {
  return `/topics/${topic_name}/partitions/${partition_id}/replicas`;
}

function replicaOf(params: PartitionParams, links: Links): z.infer<typeof replicaData> {
  const { cluster_id, topic_name, partition_id } = params;
  const name = `topic=${topic_name}/partition=${partition_id}/replica=${brokerId}`;
  return {
    kind: "KafkaReplica",
    metadata: links.metadata(`${at(params)}/${brokerId}`, name),
    cluster_id,
    topic_name,
    partition_id,
    broker_id: brokerId,
    is_leader: true,
    is_in_sync: true,
    broker: links.related(`/brokers/${brokerId}`),
  };
}
