/**
 * How far consumer groups are behind, of the v3 paths.
 */
import * as z from "zod";
import type { PartitionLag } from "../../engine/index.ts";
import { json } from "../answer.ts";
import type { Service } from "../deps.ts";
import { quote } from "../describe.ts";
import { UnknownResource } from "../errors.ts";
import { type Route, route } from "../route.ts";
import { groupParams, none, partitionNumber, related, resource, resourceList } from "../schemas.ts";
import { pathOf } from "./group-consumers.ts";
import { groupErrors, groupPath, groupTag } from "./groups.ts";
import { Links } from "./links.ts";
import { requireCluster } from "./places.ts";

const lagData = resource("KafkaConsumerLag", {
  cluster_id: z.string(),
  consumer_group_id: z.string(),
  topic_name: z.string(),
  partition_id: z.int(),
  consumer_id: z.string().meta({ description: "Who reads it; empty: nobody at present." }),
  instance_id: z.string().nullable(),
  client_id: z.string(),
  current_offset: z.int().meta({ description: "What is committed: the next offset to read." }),
  log_end_offset: z.int(),
  lag: z.int(),
});

const summaryData = resource("KafkaConsumerGroupLagSummary", {
  cluster_id: z.string(),
  consumer_group_id: z.string(),
  max_lag_consumer_id: z.string(),
  max_lag_instance_id: z.string().nullable(),
  max_lag_client_id: z.string(),
  max_lag_topic_name: z.string(),
  max_lag_partition_id: z.int(),
  max_lag: z.int(),
  total_lag: z.int(),
  max_lag_consumer: related,
  max_lag_partition: related,
});

type GroupParams = z.infer<typeof groupParams>;

const lagParams = groupParams.extend({ topic_name: z.string(), partition_id: partitionNumber });
const errors = [...groupErrors, "ReadFailed"] as const;

export const groupLagRoutes: readonly Route[] = [
  route({
    duty: "groups",
    method: "get",
    path: `${groupPath}/lags`,
    tag: groupTag,
    summary: "List the lags of a group",
    params: groupParams,
    query: none,
    answers: {
      200: {
        description: "Of every partition that it has committed an offset of.",
        content: { "application/json": { schema: resourceList("KafkaConsumerLagList", lagData) } },
      },
    },
    errors,
    async handle(call) {
      const links = new Links(call, call.params.cluster_id);
      const lags = await lagsOf(call.service, call.params);
      return json({
        kind: "KafkaConsumerLagList",
        metadata: links.list(`${pathOf(call.params)}/lags`),
        data: lags.map(lag => dataOf(lag, call.params, links)),
      });
    },
  }),
  route({
    duty: "groups",
    method: "get",
    path: `${groupPath}/lags/{topic_name}/partitions/{partition_id}`,
    tag: groupTag,
    summary: "Describe the lag of a group in a partition",
    params: lagParams,
    query: none,
    answers: { 200: { description: "The lag.", content: { "application/json": { schema: lagData } } } },
    errors,
    async handle(call) {
      const { topic_name, partition_id, ...params } = call.params;
      const lags = await lagsOf(call.service, params);
      const lag = lags.find(each => each.topic === topic_name && each.partition === partition_id);
      if (lag) return json(dataOf(lag, params, new Links(call, params.cluster_id)));
      throw new UnknownResource(
        `group ${quote(params.consumer_group_id)} has committed nothing of partition ${partition_id} of topic ${quote(topic_name)}`,
      );
    },
  }),
  route({
    duty: "groups",
    method: "get",
    path: `${groupPath}/lag-summary`,
    tag: groupTag,
    summary: "Describe the lag of a group",
    params: groupParams,
    query: none,
    answers: {
      200: {
        description: "The largest lag of a partition, and all of them together.",
        content: { "application/json": { schema: summaryData } },
      },
    },
    errors,
    async handle(call) {
      const lags = await lagsOf(call.service, call.params);
      return json(summaryOf(lags, call.params, new Links(call, call.params.cluster_id)));
    },
  }),
];

async function lagsOf(service: Service, params: GroupParams): Promise<readonly PartitionLag[]> {
  await requireCluster(service, params.cluster_id);
  return service.engine.groupOperations.lags(params.consumer_group_id);
}

function lagOf({ end, committed }: PartitionLag): number {
  return end - committed;
}

function dataOf(
  lag: PartitionLag,
  { cluster_id, consumer_group_id }: GroupParams,
  links: Links,
): z.infer<typeof lagData> {
  const { topic, partition, committed, end, member } = lag;
  const path = `${pathOf({ consumer_group_id })}/lags/${topic}/partitions/${partition}`;
  return {
    kind: "KafkaConsumerLag",
    metadata: links.metadata(path, `consumer-group=${consumer_group_id}/lag=${topic}/partition=${partition}`),
    cluster_id,
    consumer_group_id,
    topic_name: topic,
    partition_id: partition,
    consumer_id: member?.memberId ?? "",
    instance_id: member?.instanceId ?? null,
    client_id: member?.clientId ?? "",
    current_offset: committed,
    log_end_offset: end,
    lag: lagOf(lag),
  };
}

/** Throws UnknownResource for a group that has committed nothing. */
function summaryOf(
  lags: readonly PartitionLag[],
  { cluster_id, consumer_group_id }: GroupParams,
  links: Links,
): z.infer<typeof summaryData> {
  const largest = lags.toSorted((a, b) => lagOf(b) - lagOf(a))[0];
  if (largest === undefined)
    throw new UnknownResource(`group ${quote(consumer_group_id)} has committed nothing: it has no lag`);
  const { topic, partition, member } = largest;
  const group = pathOf({ consumer_group_id });
  const memberId = member?.memberId ?? "";
  return {
    kind: "KafkaConsumerGroupLagSummary",
    metadata: links.metadata(`${group}/lag-summary`, `consumer-group=${consumer_group_id}/lag-summary`),
    cluster_id,
    consumer_group_id,
    max_lag_consumer_id: memberId,
    max_lag_instance_id: member?.instanceId ?? null,
    max_lag_client_id: member?.clientId ?? "",
    max_lag_topic_name: topic,
    max_lag_partition_id: partition,
    max_lag: lagOf(largest),
    total_lag: lags.reduce((sum, each) => sum + lagOf(each), 0),
    // Of a partition that nobody reads: the list of those who do read.
    max_lag_consumer: links.related(
      member ? `${group}/consumers/${encodeURIComponent(memberId)}` : `${group}/consumers`,
    ),
    max_lag_partition: links.related(`/topics/${topic}/partitions/${partition}`),
  };
}
