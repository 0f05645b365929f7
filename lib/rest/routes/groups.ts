/**
 * Consumer groups of the v3 paths: listed, described, deleted.
 */
import * as z from "zod";
import type { GroupReport } from "../../engine/index.ts";
import { json, noContent } from "../answer.ts";
import { stateOf, typeOf } from "../groups/index.ts";
import { type Route, route } from "../route.ts";
import { clusterParams, groupParams, none, related, resource, resourceList } from "../schemas.ts";
import { Links } from "./links.ts";
import { brokerId, requireCluster } from "./places.ts";

/** Below the cluster. */
export const groupsPath = "/v3/clusters/{cluster_id}/consumer-groups";
/** Of one group. */
export const groupPath = `${groupsPath}/{consumer_group_id}`;
/** What the document calls them. */
export const groupTag = "Consumer group (v3)";

/** What may go wrong with a report of a group. */
export const groupErrors = ["UnknownResource", "UnknownGroup", "InvalidGroupId", "GroupUnavailable"] as const;

const groupData = resource("KafkaConsumerGroup", {
  cluster_id: z.string(),
  consumer_group_id: z.string(),
  is_simple: z.boolean().meta({ description: "It has committed, and has never had members." }),
  partition_assignor: z.string(),
  state: z.string(),
  type: z.enum(["CLASSIC", "CONSUMER"]),
  is_mixed_consumer_group: z.boolean(),
  coordinator: related,
  consumers: related,
  lag_summary: related,
});

/** Groups as Confluent's v3 has them, and their deletion. */
export const groupRoutes: readonly Route[] = [
  route({
    duty: "groups",
    method: "get",
    path: groupsPath,
    tag: groupTag,
    summary: "List consumer groups",
    params: clusterParams,
    query: none,
    answers: {
      200: {
        description: "Every group, of either protocol, by id.",
        content: { "application/json": { schema: resourceList("KafkaConsumerGroupList", groupData) } },
      },
    },
    errors: ["UnknownResource", "GroupUnavailable"],
    async handle(call) {
      const { cluster_id } = call.params;
      await requireCluster(call.service, cluster_id);
      const links = new Links(call, cluster_id);
      const listed = await call.service.engine.groups.list();
      return json({
        kind: "KafkaConsumerGroupList",
        metadata: links.list("/consumer-groups"),
        // Whether each of them is reconciling would take all its members.
        data: listed.map(each =>
          dataOf({ ...each, isReconciling: false }, each.protocolType, links, cluster_id),
        ),
      });
    },
  }),
  route({
    duty: "groups",
    method: "get",
    path: groupPath,
    tag: groupTag,
    summary: "Describe a consumer group",
    params: groupParams,
    query: none,
    answers: { 200: { description: "The group.", content: { "application/json": { schema: groupData } } } },
    errors: groupErrors,
    async handle(call) {
      const { cluster_id, consumer_group_id } = call.params;
      await requireCluster(call.service, cluster_id);
      const report = await call.service.engine.groupOperations.describe(consumer_group_id);
      return json(dataOf(report, report.protocolType, new Links(call, cluster_id), cluster_id));
    },
  }),
  route({
    duty: "groups",
    method: "delete",
    path: groupPath,
    tag: groupTag,
    summary: "Delete a consumer group",
    description:
      "One without members, with the offsets that it has committed. Confluent's v3 has no such path.",
    params: groupParams,
    query: none,
    answers: { 204: { description: "Deleted." } },
    errors: [...groupErrors, "GroupNotEmpty"],
    async handle(call) {
      const { cluster_id, consumer_group_id } = call.params;
      await requireCluster(call.service, cluster_id);
      await call.service.engine.groups.delete(consumer_group_id);
      return noContent();
    },
  }),
];

function dataOf(
  report: Pick<GroupReport, "group" | "kind" | "phase" | "assignor" | "isReconciling">,
  protocolType: string,
  links: Links,
  clusterId: string,
): z.infer<typeof groupData> {
  const { group, assignor } = report;
  const path = `/consumer-groups/${encodeURIComponent(group)}`;
  return {
    kind: "KafkaConsumerGroup",
    metadata: links.metadata(path, `consumer-group=${group}`),
    cluster_id: clusterId,
    consumer_group_id: group,
    is_simple: protocolType === "",
    partition_assignor: assignor,
    state: stateOf(report),
    type: typeOf(report),
    is_mixed_consumer_group: false,
    // As clients count: any process serves any group.
    coordinator: links.related(`/brokers/${brokerId}`),
    consumers: links.related(`${path}/consumers`),
    lag_summary: links.related(`${path}/lag-summary`),
  };
}
