/**
 * Every message that we have a table for, by the name of its API and with its key. THE list: what is served, and in which
 * versions, is decided in lib/kafka/api-table.ts.
 */

import { addOffsetsToTxnRequest, addOffsetsToTxnResponse } from "./add-offsets-to-txn.ts";
import { addPartitionsToTxnRequest, addPartitionsToTxnResponse } from "./add-partitions-to-txn.ts";
import { alterClientQuotasRequest, alterClientQuotasResponse } from "./alter-client-quotas.ts";
import { alterConfigsRequest, alterConfigsResponse } from "./alter-configs.ts";
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from "./alter-partition-reassignments.ts";
import {
  alterUserScramCredentialsRequest,
  alterUserScramCredentialsResponse,
} from "./alter-user-scram-credentials.ts";
import { apiVersionsRequest, apiVersionsResponse } from "./api-versions.ts";
import { consumerGroupDescribeRequest, consumerGroupDescribeResponse } from "./consumer-group-describe.ts";
import { consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse } from "./consumer-group-heartbeat.ts";
import { createAclsRequest, createAclsResponse } from "./create-acls.ts";
import { createPartitionsRequest, createPartitionsResponse } from "./create-partitions.ts";
import { createTopicsRequest, createTopicsResponse } from "./create-topics.ts";
import { deleteAclsRequest, deleteAclsResponse } from "./delete-acls.ts";
import { deleteGroupsRequest, deleteGroupsResponse } from "./delete-groups.ts";
import { deleteRecordsRequest, deleteRecordsResponse } from "./delete-records.ts";
import { deleteTopicsRequest, deleteTopicsResponse } from "./delete-topics.ts";
import { describeAclsRequest, describeAclsResponse } from "./describe-acls.ts";
import { describeClientQuotasRequest, describeClientQuotasResponse } from "./describe-client-quotas.ts";
import { describeClusterRequest, describeClusterResponse } from "./describe-cluster.ts";
import { describeConfigsRequest, describeConfigsResponse } from "./describe-configs.ts";
import { describeGroupsRequest, describeGroupsResponse } from "./describe-groups.ts";
import { describeLogDirsRequest, describeLogDirsResponse } from "./describe-log-dirs.ts";
import { describeProducersRequest, describeProducersResponse } from "./describe-producers.ts";
import { describeQuorumRequest, describeQuorumResponse } from "./describe-quorum.ts";
import {
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
} from "./describe-topic-partitions.ts";
import { describeTransactionsRequest, describeTransactionsResponse } from "./describe-transactions.ts";
import {
  describeUserScramCredentialsRequest,
  describeUserScramCredentialsResponse,
} from "./describe-user-scram-credentials.ts";
import { electLeadersRequest, electLeadersResponse } from "./elect-leaders.ts";
import { endTxnRequest, endTxnResponse } from "./end-txn.ts";
import { fetchRequest, fetchResponse } from "./fetch.ts";
import { findCoordinatorRequest, findCoordinatorResponse } from "./find-coordinator.ts";
import { heartbeatRequest, heartbeatResponse } from "./heartbeat.ts";
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from "./incremental-alter-configs.ts";
import { initProducerIdRequest, initProducerIdResponse } from "./init-producer-id.ts";
import { joinGroupRequest, joinGroupResponse } from "./join-group.ts";
import { leaveGroupRequest, leaveGroupResponse } from "./leave-group.ts";
import { listConfigResourcesRequest, listConfigResourcesResponse } from "./list-config-resources.ts";
import { listGroupsRequest, listGroupsResponse } from "./list-groups.ts";
import { listOffsetsRequest, listOffsetsResponse } from "./list-offsets.ts";
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from "./list-partition-reassignments.ts";
import { listTransactionsRequest, listTransactionsResponse } from "./list-transactions.ts";
import { metadataRequest, metadataResponse } from "./metadata.ts";
import { offsetCommitRequest, offsetCommitResponse } from "./offset-commit.ts";
import { offsetDeleteRequest, offsetDeleteResponse } from "./offset-delete.ts";
import { offsetFetchRequest, offsetFetchResponse } from "./offset-fetch.ts";
import { offsetForLeaderEpochRequest, offsetForLeaderEpochResponse } from "./offset-for-leader-epoch.ts";
import { produceRequest, produceResponse } from "./produce.ts";
import { saslAuthenticateRequest, saslAuthenticateResponse } from "./sasl-authenticate.ts";
import { saslHandshakeRequest, saslHandshakeResponse } from "./sasl-handshake.ts";
import { syncGroupRequest, syncGroupResponse } from "./sync-group.ts";
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from "./txn-offset-commit.ts";
import { writeTxnMarkersRequest, writeTxnMarkersResponse } from "./write-txn-markers.ts";

export const messages = {
  produce: { key: 0, request: produceRequest, response: produceResponse },
  fetch: { key: 1, request: fetchRequest, response: fetchResponse },
  listOffsets: { key: 2, request: listOffsetsRequest, response: listOffsetsResponse },
  metadata: { key: 3, request: metadataRequest, response: metadataResponse },
  offsetCommit: { key: 8, request: offsetCommitRequest, response: offsetCommitResponse },
  offsetFetch: { key: 9, request: offsetFetchRequest, response: offsetFetchResponse },
  findCoordinator: { key: 10, request: findCoordinatorRequest, response: findCoordinatorResponse },
  joinGroup: { key: 11, request: joinGroupRequest, response: joinGroupResponse },
  heartbeat: { key: 12, request: heartbeatRequest, response: heartbeatResponse },
  leaveGroup: { key: 13, request: leaveGroupRequest, response: leaveGroupResponse },
  syncGroup: { key: 14, request: syncGroupRequest, response: syncGroupResponse },
  describeGroups: { key: 15, request: describeGroupsRequest, response: describeGroupsResponse },
  listGroups: { key: 16, request: listGroupsRequest, response: listGroupsResponse },
  saslHandshake: { key: 17, request: saslHandshakeRequest, response: saslHandshakeResponse },
  apiVersions: { key: 18, request: apiVersionsRequest, response: apiVersionsResponse },
  createTopics: { key: 19, request: createTopicsRequest, response: createTopicsResponse },
  deleteTopics: { key: 20, request: deleteTopicsRequest, response: deleteTopicsResponse },
  deleteRecords: { key: 21, request: deleteRecordsRequest, response: deleteRecordsResponse },
  initProducerId: { key: 22, request: initProducerIdRequest, response: initProducerIdResponse },
  offsetForLeaderEpoch: {
    key: 23,
    request: offsetForLeaderEpochRequest,
    response: offsetForLeaderEpochResponse,
  },
  addPartitionsToTxn: { key: 24, request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse },
  addOffsetsToTxn: { key: 25, request: addOffsetsToTxnRequest, response: addOffsetsToTxnResponse },
  endTxn: { key: 26, request: endTxnRequest, response: endTxnResponse },
  writeTxnMarkers: { key: 27, request: writeTxnMarkersRequest, response: writeTxnMarkersResponse },
  txnOffsetCommit: { key: 28, request: txnOffsetCommitRequest, response: txnOffsetCommitResponse },
  describeAcls: { key: 29, request: describeAclsRequest, response: describeAclsResponse },
  createAcls: { key: 30, request: createAclsRequest, response: createAclsResponse },
  deleteAcls: { key: 31, request: deleteAclsRequest, response: deleteAclsResponse },
  describeConfigs: { key: 32, request: describeConfigsRequest, response: describeConfigsResponse },
  alterConfigs: { key: 33, request: alterConfigsRequest, response: alterConfigsResponse },
  describeLogDirs: { key: 35, request: describeLogDirsRequest, response: describeLogDirsResponse },
  saslAuthenticate: { key: 36, request: saslAuthenticateRequest, response: saslAuthenticateResponse },
  createPartitions: { key: 37, request: createPartitionsRequest, response: createPartitionsResponse },
  deleteGroups: { key: 42, request: deleteGroupsRequest, response: deleteGroupsResponse },
  electLeaders: { key: 43, request: electLeadersRequest, response: electLeadersResponse },
  incrementalAlterConfigs: {
    key: 44,
    request: incrementalAlterConfigsRequest,
    response: incrementalAlterConfigsResponse,
  },
  alterPartitionReassignments: {
    key: 45,
    request: alterPartitionReassignmentsRequest,
    response: alterPartitionReassignmentsResponse,
  },
  listPartitionReassignments: {
    key: 46,
    request: listPartitionReassignmentsRequest,
    response: listPartitionReassignmentsResponse,
  },
  offsetDelete: { key: 47, request: offsetDeleteRequest, response: offsetDeleteResponse },
  describeClientQuotas: {
    key: 48,
    request: describeClientQuotasRequest,
    response: describeClientQuotasResponse,
  },
  alterClientQuotas: { key: 49, request: alterClientQuotasRequest, response: alterClientQuotasResponse },
  describeUserScramCredentials: {
    key: 50,
    request: describeUserScramCredentialsRequest,
    response: describeUserScramCredentialsResponse,
  },
  alterUserScramCredentials: {
    key: 51,
    request: alterUserScramCredentialsRequest,
    response: alterUserScramCredentialsResponse,
  },
  describeQuorum: { key: 55, request: describeQuorumRequest, response: describeQuorumResponse },
  describeCluster: { key: 60, request: describeClusterRequest, response: describeClusterResponse },
  describeProducers: { key: 61, request: describeProducersRequest, response: describeProducersResponse },
  describeTransactions: {
    key: 65,
    request: describeTransactionsRequest,
    response: describeTransactionsResponse,
  },
  listTransactions: { key: 66, request: listTransactionsRequest, response: listTransactionsResponse },
  consumerGroupHeartbeat: {
    key: 68,
    request: consumerGroupHeartbeatRequest,
    response: consumerGroupHeartbeatResponse,
  },
  consumerGroupDescribe: {
    key: 69,
    request: consumerGroupDescribeRequest,
    response: consumerGroupDescribeResponse,
  },
  listConfigResources: {
    key: 74,
    request: listConfigResourcesRequest,
    response: listConfigResourcesResponse,
  },
  describeTopicPartitions: {
    key: 75,
    request: describeTopicPartitionsRequest,
    response: describeTopicPartitionsResponse,
  },
} as const;

/** The name of an API, such as `produce`. */
export type ApiName = keyof typeof messages;
