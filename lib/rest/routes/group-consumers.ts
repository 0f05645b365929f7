/**
 * Members of consumer groups of the v3 paths, and what each of them reads.
 */
import * as z from "zod";
import type { GroupMember } from "../../engine/index.ts";
import { json } from "../answer.ts";
import type { Service } from "../deps.ts";
import { quote } from "../describe.ts";
import { UnknownResource } from "../errors.ts";
import { type Route, route } from "../route.ts";
import {
  consumerParams,
  groupParams,
  none,
  partitionNumber,
  related,
  resource,
  resourceList,
} from "../schemas.ts";
import { groupErrors, groupPath, groupTag } from "./groups.ts";
import { Links } from "./links.ts";
import { requireCluster } from "./places.ts";

const consumerData = resource("KafkaConsumer", {
  cluster_id: z.string(),
  consumer_group_id: z.string(),
  consumer_id: z.string(),
  instance_id: z.string().nullable(),
  client_id: z.string(),
  assignments: related,
});

const assignmentData = resource("KafkaConsumerAssignment", {
  cluster_id: z.string(),
  consumer_group_id: z.string(),
  consumer_id: z.string(),
  topic_name: z.string(),
  partition_id: z.int(),
  partition: related,
  lag: related,
});

type GroupParams = z.infer<typeof groupParams>;
type ConsumerParams = z.infer<typeof consumerParams>;

const assignmentParams = consumerParams.extend({ topic_name: z.string(), partition_id: partitionNumber });
const consumersPath = `${groupPath}/consumers`;
const consumerPath = `${consumersPath}/{consumer_id}`;

/** Members and their partitions, as Confluent's v3 has them. */
export const groupConsumerRoutes: readonly Route[] = [
  route({
    duty: "groups",
    method: "get",
    path: consumersPath,
    tag: groupTag,
    summary: "List the consumers of a group",
    params: groupParams,
    query: none,
    answers: {
      200: {
        description: "Its members.",
        content: { "application/json": { schema: resourceList("KafkaConsumerList", consumerData) } },
      },
    },
    errors: groupErrors,
    async handle(call) {
      const members = await membersOf(call.service, call.params);
      const links = new Links(call, call.params.cluster_id);
      return json({
        kind: "KafkaConsumerList",
        metadata: links.list(`${pathOf(call.params)}/consumers`),
        data: members.map(member => consumerOf(member, call.params, links)),
      });
    },
  }),
  route({
    duty: "groups",
    method: "get",
    path: consumerPath,
    tag: groupTag,
    summary: "Describe a consumer of a group",
    params: consumerParams,
    query: none,
    answers: {
      200: { description: "The member.", content: { "application/json": { schema: consumerData } } },
    },
    errors: groupErrors,
    async handle(call) {
      const member = await memberOf(call.service, call.params);
      return json(consumerOf(member, call.params, new Links(call, call.params.cluster_id)));
    },
  }),
  route({
    duty: "groups",
    method: "get",
    path: `${consumerPath}/assignments`,
    tag: groupTag,
    summary: "List the partitions of a consumer",
    params: consumerParams,
    query: none,
    answers: {
      200: {
        description: "What it reads at present.",
        content: {
          "application/json": { schema: resourceList("KafkaConsumerAssignmentList", assignmentData) },
        },
      },
    },
    errors: groupErrors,
    async handle(call) {
      const { params } = call;
      const links = new Links(call, params.cluster_id);
      const { assignment } = await memberOf(call.service, params);
      const data = [...assignment].flatMap(([topic, partitions]) =>
        partitions.map(partition => assignmentOf(topic, partition, params, links)),
      );
      const self = `${pathOf(params)}/consumers/${encodeURIComponent(params.consumer_id)}/assignments`;
      return json({ kind: "KafkaConsumerAssignmentList", metadata: links.list(self), data });
    },
  }),
  route({
    duty: "groups",
    method: "get",
    path: `${consumerPath}/assignments/{topic_name}/partitions/{partition_id}`,
    tag: groupTag,
    summary: "Describe a partition of a consumer",
    params: assignmentParams,
    query: none,
    answers: {
      200: { description: "It reads it.", content: { "application/json": { schema: assignmentData } } },
    },
    errors: groupErrors,
    async handle(call) {
      const { topic_name, partition_id, ...params } = call.params;
      const { assignment } = await memberOf(call.service, params);
      if (!assignment.get(topic_name)?.includes(partition_id))
        throw new UnknownResource(
          `consumer ${quote(params.consumer_id)} does not read partition ${partition_id} of topic ${quote(topic_name)}`,
        );
      return json(assignmentOf(topic_name, partition_id, params, new Links(call, params.cluster_id)));
    },
  }),
];

/** The path of a group below the cluster. */
export function pathOf({ consumer_group_id }: { readonly consumer_group_id: string }): string {
  return `/consumer-groups/${encodeURIComponent(consumer_group_id)}`;
}

async function membersOf(service: Service, params: GroupParams): Promise<readonly GroupMember[]> {
  await requireCluster(service, params.cluster_id);
  return (await service.engine.groupOperations.describe(params.consumer_group_id)).members;
}

async function memberOf(service: Service, params: ConsumerParams): Promise<GroupMember> {
  const member = (await membersOf(service, params)).find(({ memberId }) => memberId === params.consumer_id);
  if (member) return member;
  throw new UnknownResource(
    `group ${quote(params.consumer_group_id)} has no consumer ${quote(params.consumer_id)}`,
  );
}

function consumerOf(
  { memberId, instanceId, clientId }: GroupMember,
  params: GroupParams,
  links: Links,
): z.infer<typeof consumerData> {
  const path = `${pathOf(params)}/consumers/${encodeURIComponent(memberId)}`;
  return {
    kind: "KafkaConsumer",
    metadata: links.metadata(path, `consumer-group=${params.consumer_group_id}/consumer=${memberId}`),
    cluster_id: params.cluster_id,
    consumer_group_id: params.consumer_group_id,
    consumer_id: memberId,
    instance_id: instanceId ?? null,
    client_id: clientId,
    assignments: links.related(`${path}/assignments`),
  };
}

function assignmentOf(
  topic: string,
  partition: number,
  { cluster_id, consumer_group_id, consumer_id }: ConsumerParams,
  links: Links,
): z.infer<typeof assignmentData> {
  const group = pathOf({ consumer_group_id });
  const place = `${topic}/partitions/${partition}`;
  const path = `${group}/consumers/${encodeURIComponent(consumer_id)}/assignments/${place}`;
  const name = `consumer-group=${consumer_group_id}/consumer=${consumer_id}/assignment=${partition}`;
  return {
    kind: "KafkaConsumerAssignment",
    metadata: links.metadata(path, name),
    cluster_id,
    consumer_group_id,
    consumer_id,
    topic_name: topic,
    partition_id: partition,
    partition: links.related(`/topics/${place}`),
    lag: links.related(`${group}/lags/${place}`),
  };
}
