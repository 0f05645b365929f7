/**
 * Partitions of the v3 paths.
 */
import * as z from "zod";
import { json } from "../answer.ts";
import { type Route, route } from "../route.ts";
import { none, partitionParams, related, resource, resourceList, topicParams } from "../schemas.ts";
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
      const { cluster_id, topic_name, partition_id } = call.params;
      await requireCluster(call.service, cluster_id);
      await topicWithPartition(call.service, topic_name, partition_id);
      return json(partitionOf({ cluster_id, topic_name }, partition_id, new Links(call, cluster_id)));
    },
  }),
];

function partitionOf(
  params: z.infer<typeof topicParams>,
  partition: number,
  links: Links,
): z.infer<typeof partitionData> {
  const topic = `/topics/${params.topic_name}`;
  const path = `${topic}/partitions/${partition}`;
  return {
    kind: "KafkaPartition",
    metadata: links.metadata(path, `topic=${params.topic_name}/partition=${partition}`),
    ...params,
    partition_id: partition,
    leader: links.related(`${path}/replicas/${brokerId}`),
    replicas: links.related(`${path}/replicas`),
    // Nothing is ever moved: the list of the whole topic, which is empty, says so for each of its partitions.
    reassignment: links.related(`${topic}/partitions/-/reassignment`),
  };
}
