/**
 * THE list of what is served. A version that is advertised but not served is there for old clients that read the list in
 * their own way: librdkafka 2.0 sends uncompressed where Produce does not begin at 0.
 */
import { type ApiName, messages } from "./apis/index.ts";
import { errorCodes } from "./error-codes.ts";
import { alterConfigs, incrementalAlterConfigs } from "./handlers/alter-configs.ts";
import { answerApiVersions } from "./handlers/api-versions.ts";
import { consumerGroupDescribe } from "./handlers/consumer-group-describe.ts";
import { consumerGroupHeartbeat } from "./handlers/consumer-group-heartbeat.ts";
import { createPartitions } from "./handlers/create-partitions.ts";
import { createTopics } from "./handlers/create-topics.ts";
import { deleteGroups } from "./handlers/delete-groups.ts";
import { deleteRecords } from "./handlers/delete-records.ts";
import { deleteTopics } from "./handlers/delete-topics.ts";
import { describeCluster } from "./handlers/describe-cluster.ts";
import { describeConfigs } from "./handlers/describe-configs.ts";
import { describeGroups } from "./handlers/describe-groups.ts";
import { describeProducers } from "./handlers/describe-producers.ts";
import { describeTopicPartitions } from "./handlers/describe-topic-partitions.ts";
import { fetch } from "./handlers/fetch.ts";
import { findCoordinator } from "./handlers/find-coordinator.ts";
import type { Handler } from "./handlers/handler.ts";
import { heartbeat } from "./handlers/heartbeat.ts";
import { initProducerId } from "./handlers/init-producer-id.ts";
import { joinGroup } from "./handlers/join-group.ts";
import { leaveGroup } from "./handlers/leave-group.ts";
import { listConfigResources } from "./handlers/list-config-resources.ts";
import { listGroups } from "./handlers/list-groups.ts";
import { listOffsets } from "./handlers/list-offsets.ts";
import { metadata } from "./handlers/metadata.ts";
import { offsetCommit } from "./handlers/offset-commit.ts";
import { offsetDelete } from "./handlers/offset-delete.ts";
import { offsetFetch } from "./handlers/offset-fetch.ts";
import { offsetForLeaderEpoch } from "./handlers/offset-for-leader-epoch.ts";
import { produce } from "./handlers/produce.ts";
import {
  alterPartitionReassignments,
  describeLogDirs,
  describeQuorum,
  electLeaders,
  listPartitionReassignments,
} from "./handlers/replicas.ts";
import {
  alterClientQuotas,
  alterUserScramCredentials,
  createAcls,
  deleteAcls,
  describeAcls,
  describeClientQuotas,
  describeUserScramCredentials,
} from "./handlers/security-disabled.ts";
import { syncGroup } from "./handlers/sync-group.ts";
import { describeTransactions, listTransactions } from "./handlers/transactions.ts";
import { type Fields, type Message, type Versions, versions } from "./wire/index.ts";

/** One API. */
export type Api = {
  readonly name: ApiName;
  readonly key: number;
  readonly request: Message;
  readonly response: Message;
  /** What clients are told. */
  readonly advertised: Versions;
  /** What is answered. */
  readonly served: Versions;
  readonly handle: Handler<Message, Message>;
};

/** Every API, in order of key. A function, since the answer to ApiVersions is made from it. */
export function apiTable(): readonly Api[] {
  table ??= rows();
  return table;
}

/** The API with this key. */
export function apiOf(key: number): Api | undefined {
  byKey ??= new Map(apiTable().map(each => [each.key, each]));
  return byKey.get(key);
}

let table: readonly Api[] | undefined;
let byKey: ReadonlyMap<number, Api> | undefined;

function rows(): readonly Api[] {
  return [
    api("produce", "3-13", produce, { advertised: "0-13" }),
    api("fetch", "4-18", fetch),
    api("listOffsets", "1-11", listOffsets),
    api("metadata", "0-13", metadata),
    api("offsetCommit", "2-10", offsetCommit),
    api("offsetFetch", "1-10", offsetFetch),
    api("offsetDelete", "0", offsetDelete),
    api("findCoordinator", "0-6", findCoordinator),
    api("joinGroup", "0-9", joinGroup),
    api("heartbeat", "0-4", heartbeat),
    api("leaveGroup", "0-5", leaveGroup),
    api("syncGroup", "0-5", syncGroup),
    api("describeGroups", "0-6", describeGroups),
    api("listGroups", "0-5", listGroups),
    api("deleteGroups", "0-2", deleteGroups),
    api("createTopics", "2-7", createTopics),
    api("deleteTopics", "1-6", deleteTopics),
    api("deleteRecords", "0-2", deleteRecords),
    api("initProducerId", "0-5", initProducerId),
    api("offsetForLeaderEpoch", "2-4", offsetForLeaderEpoch),
    api("describeConfigs", "1-4", describeConfigs),
    api("alterConfigs", "0-2", alterConfigs),
    api("createPartitions", "0-3", createPartitions),
    api("incrementalAlterConfigs", "0-1", incrementalAlterConfigs),
    api("describeCluster", "0-2", describeCluster),
    api("describeTopicPartitions", "0", describeTopicPartitions),
    api("describeAcls", "1-3", describeAcls),
    api("createAcls", "1-3", createAcls),
    api("deleteAcls", "1-3", deleteAcls),
    api("describeLogDirs", "1-4", describeLogDirs),
    api("electLeaders", "0-2", electLeaders),
    api("alterPartitionReassignments", "0-1", alterPartitionReassignments),
    api("listPartitionReassignments", "0", listPartitionReassignments),
    api("describeClientQuotas", "0-1", describeClientQuotas),
    api("alterClientQuotas", "0-1", alterClientQuotas),
    api("describeUserScramCredentials", "0", describeUserScramCredentials),
    api("alterUserScramCredentials", "0", alterUserScramCredentials),
    api("describeQuorum", "0-2", describeQuorum),
    api("describeProducers", "0", describeProducers),
    api("describeTransactions", "0", describeTransactions),
    api("listTransactions", "0-2", listTransactions),
    api("listConfigResources", "0-1", listConfigResources),
    api("consumerGroupHeartbeat", "0-1", consumerGroupHeartbeat),
    api("consumerGroupDescribe", "0-1", consumerGroupDescribe),
    api("apiVersions", "0-4", async () => answerApiVersions(apiTable(), errorCodes.NONE)),
  ].sort((a, b) => a.key - b.key);
}

type RequestOf<Name extends ApiName> = (typeof messages)[Name]["request"];
type ResponseOf<Name extends ApiName> = (typeof messages)[Name]["response"];

function api<Name extends ApiName>(
  name: Name,
  served: string,
  handle: Handler<RequestOf<Name>, ResponseOf<Name>>,
  { advertised = served }: { readonly advertised?: string } = {},
): Api {
  const { key, request, response } = messages[name];
  // The table pairs a handler with the messages that it was written for; beyond it they are any messages.
  const erased = handle as unknown as Handler<Message<Fields>, Message<Fields>>;
  return {
    name,
    key,
    request,
    response,
    advertised: versions(advertised),
    served: versions(served),
    handle: erased,
  };
}
