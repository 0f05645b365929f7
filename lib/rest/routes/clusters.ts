/**
 * Clusters of the v3 paths. There is one: this log. And its brokers, of which there is one: this process.
 */
import * as z from "zod";
import { json } from "../answer.ts";
import { type Route, route } from "../route.ts";
import { brokerParams, clusterParams, none, related, resource, resourceList } from "../schemas.ts";
import { Links } from "./links.ts";
import { brokerId, requireBroker, requireCluster } from "./places.ts";

const cluster = resource("KafkaCluster", {
  cluster_id: z.string(),
  controller: related,
  acls: related,
  brokers: related,
  broker_configs: related,
  consumer_groups: related,
  topics: related,
  partition_reassignments: related,
});

const broker = resource("KafkaBroker", {
  cluster_id: z.string(),
  broker_id: z.int(),
  host: z.string().nullable(),
  port: z.int().nullable(),
  configs: related,
  partition_replicas: related,
});

const producerId = z.object({ producer_id: z.int(), producer_epoch: z.int() }).meta({ id: "ProducerId" });

const tag = "Cluster (v3)";

export const clusterRoutes: readonly Route[] = [
  route({
    duty: "admin",
    method: "get",
    path: "/v3/clusters",
    tag,
    summary: "List clusters",
    params: none,
    query: none,
    answers: {
      200: {
        description: "This cluster alone.",
        content: { "application/json": { schema: resourceList("KafkaClusterList", cluster) } },
      },
    },
    errors: [],
    async handle(call) {
      const id = await call.service.engine.clusterId();
      const self = new URL("/v3/clusters", call.request.url).href;
      return json({
        kind: "KafkaClusterList",
        metadata: { self, next: null },
        data: [clusterData(new Links(call, id), id)],
      });
    },
  }),
  route({
    duty: "admin",
    method: "get",
    path: "/v3/clusters/{cluster_id}",
    tag,
    summary: "Describe a cluster",
    params: clusterParams,
    query: none,
    answers: {
      200: { description: "The cluster.", content: { "application/json": { schema: cluster } } },
    },
    errors: ["UnknownResource"],
    async handle(call) {
      const { cluster_id } = call.params;
      await requireCluster(call.service, cluster_id);
      return json(clusterData(new Links(call, cluster_id), cluster_id));
    },
  }),
  route({
    duty: "admin",
    method: "post",
    path: "/v3/clusters/{cluster_id}/producer-ids",
    tag,
    summary: "Take a producer id",
    description:
      "For an idempotent producer: an id that nobody else was given. Its epoch is 0, and in each partition its first sequence is 0.",
    params: clusterParams,
    query: none,
    answers: {
      200: { description: "The id.", content: { "application/json": { schema: producerId } } },
    },
    errors: ["UnknownResource"],
    async handle(call) {
      await requireCluster(call.service, call.params.cluster_id);
      return json({ producer_id: await call.service.engine.newProducerId(), producer_epoch: 0 });
    },
  }),
  route({
    duty: "admin",
    method: "get",
    path: "/v3/clusters/{cluster_id}/brokers",
    tag,
    summary: "List brokers",
    params: clusterParams,
    query: none,
    answers: {
      200: {
        description: "One: there are no brokers, but clients want one.",
        content: { "application/json": { schema: resourceList("KafkaBrokerList", broker) } },
      },
    },
    errors: ["UnknownResource"],
    async handle(call) {
      const { cluster_id } = call.params;
      await requireCluster(call.service, cluster_id);
      const links = new Links(call, cluster_id);
      return json({
        kind: "KafkaBrokerList",
        metadata: links.list("/brokers"),
        data: [brokerData(links, cluster_id)],
      });
    },
  }),
  route({
    duty: "admin",
    method: "get",
    path: "/v3/clusters/{cluster_id}/brokers/{broker_id}",
    tag,
    summary: "Describe a broker",
    params: brokerParams,
    query: none,
    answers: {
      200: { description: "The broker.", content: { "application/json": { schema: broker } } },
    },
    errors: ["UnknownResource"],
    async handle(call) {
      const { cluster_id, broker_id } = call.params;
      await requireCluster(call.service, cluster_id);
      requireBroker(broker_id);
      return json(brokerData(new Links(call, cluster_id), cluster_id));
    },
  }),
];

function clusterData(links: Links, clusterId: string): z.infer<typeof cluster> {
  return {
    kind: "KafkaCluster",
    metadata: links.metadata(""),
    cluster_id: clusterId,
    controller: links.related(`/brokers/${brokerId}`),
    acls: links.related("/acls"),
    brokers: links.related("/brokers"),
    broker_configs: links.related("/broker-configs"),
    consumer_groups: links.related("/consumer-groups"),
    topics: links.related("/topics"),
    partition_reassignments: links.related("/topics/-/partitions/-/reassignment"),
  };
}

function brokerData(links: Links, clusterId: string): z.infer<typeof broker> {
  const path = `/brokers/${brokerId}`;
  return {
    kind: "KafkaBroker",
    metadata: links.metadata(path, `broker=${brokerId}`),
    cluster_id: clusterId,
    broker_id: brokerId,
    // Nothing speaks Kafka's own protocol yet.
    host: null,
    port: null,
    configs: links.related(`${path}/configs`),
    partition_replicas: links.related(`${path}/partition-replicas`),
  };
}
