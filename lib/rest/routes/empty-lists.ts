/**
 * Lists of the v3 paths that have nothing in them, because there is nothing of the kind here. They are served because
 * Confluent's schemas demand links to them in the answers about clusters, brokers, topics and partitions, and a link
 * has to lead somewhere.
 */
import * as z from "zod";
import { json } from "../answer.ts";
import type { Service } from "../deps.ts";
import { type Route, type RouteOf, route } from "../route.ts";
import { brokerParams, clusterParams, none, resourceList, topicParams } from "../schemas.ts";
import { namedTopic, requireBroker, requireCluster } from "./places.ts";

type EmptyList<Params> = Pick<RouteOf<Params, unknown>, "duty" | "path" | "summary" | "params" | "errors"> & {
  readonly list: { readonly kind: string; readonly schema: z.ZodType };
  /** Why there is none. */
  readonly reason: string;
  /** Throws unless what the path names below the cluster is there. */
  readonly requireOwner?: (service: Service, params: Params) => Promise<void>;
};

const cluster = "/v3/clusters/{cluster_id}";
const reassignments = listOf("KafkaReassignmentList");

export const emptyListRoutes: readonly Route[] = [
  emptyList({
    duty: "admin",
    path: `${cluster}/acls`,
    summary: "List ACLs",
    list: listOf("KafkaAclList"),
    reason: "there are no users yet",
    params: clusterParams,
    errors: ["UnknownResource"],
  }),
  emptyList({
    duty: "admin",
    path: `${cluster}/broker-configs`,
    summary: "List the configs of all brokers",
    list: listOf("KafkaClusterConfigList"),
    reason: "a server has settings instead",
    params: clusterParams,
    errors: ["UnknownResource"],
  }),
  emptyList({
    duty: "admin",
    path: `${cluster}/brokers/{broker_id}/configs`,
    summary: "List the configs of a broker",
    list: listOf("KafkaBrokerConfigList"),
    reason: "a server has settings instead",
    params: brokerParams,
    errors: ["UnknownResource"],
    requireOwner: async (_, { broker_id }) => requireBroker(broker_id),
  }),
  // Before the next: `-` stands for every topic here, although a topic may be called so.
  emptyList({
    duty: "fetch",
    path: `${cluster}/topics/-/partitions/-/reassignment`,
    summary: "List the reassignments of all topics",
    list: reassignments,
    reason: "there are no replicas to move",
    params: clusterParams,
    errors: ["UnknownResource"],
  }),
  emptyList({
    duty: "fetch",
    path: `${cluster}/topics/{topic_name}/partitions/-/reassignment`,
    summary: "List the reassignments of a topic",
    list: reassignments,
    reason: "there are no replicas to move",
    params: topicParams,
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "ReadFailed"],
    async requireOwner({ engine }, { topic_name }) {
      await engine.topics.resolve(namedTopic(topic_name));
    },
  }),
];

function listOf(kind: string): EmptyList<unknown>["list"] {
  return { kind, schema: resourceList(kind, z.never()) };
}

function emptyList<Params extends z.infer<typeof clusterParams>>(declared: EmptyList<Params>): Route {
  const { list, reason, requireOwner, ...rest } = declared;
  return route({
    ...rest,
    method: "get",
    tag: "Cluster (v3)",
    query: none,
    answers: {
      200: {
        description: `Always empty: ${reason}.`,
        content: { "application/json": { schema: list.schema } },
      },
    },
    async handle({ service, request, params }) {
      await requireCluster(service, params.cluster_id);
      await requireOwner?.(service, params);
      const { origin, pathname } = new URL(request.url);
      return json({ kind: list.kind, metadata: { self: origin + pathname, next: null }, data: [] });
    },
  });
}
