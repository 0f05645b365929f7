/**
 * Frames byte by byte, each checked by hand against https://kafka.apache.org/42/design/protocol/ and against what clients
 * sent over a socket (librdkafka 2.16, kafka-python 3.0). A line is bytes, two blanks, and what they are.
 */
import { describe, expect, it } from "vitest";
import { messages } from "../../../lib/kafka/apis/index.ts";
import {
  bodyOf,
  decode,
  encode,
  includes,
  type Message,
  readRequestHeader,
  Sink,
  writeRequestHeader,
  writeResponseHeader,
} from "../../../lib/kafka/wire/index.ts";
import { concat } from "../../../lib/std/index.ts";
import { hex } from "./plain-encoder.ts";

/** The bytes of annotated lines. */
function bytesOf(annotated: string): Uint8Array {
  const lines = annotated.trim().split("\n");
  return new Uint8Array(hex(lines.map(line => line.trim().split("  ")[0]).join("")));
}

const topicId = Buffer.from("0123456789abcdef").toString("base64url");
const batch = hex(`
  0000000000000000 0000003d 00000000 02 2747e04a 0000 00000000 000001a1fe810483 000001a1fe810483
  0000000000000000 0000 00000000 00000001 16 00 00 00 01 0a 68656c6c6f 00`);

function aFetch(over: { topic: string; topicId: string; sessionEpoch: number; clusterId?: string }): object {
  const { topic, topicId: id, sessionEpoch, clusterId = null } = over;
  return {
    clusterId,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 52_428_800,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch,
    topics: [
      {
        topic,
        topicId: id,
        partitions: [
          {
            partition: 3,
            currentLeaderEpoch: 0,
            fetchOffset: 0,
            lastFetchedEpoch: -1,
            logStartOffset: -1,
            partitionMaxBytes: 1_048_576,
            replicaDirectoryId: "AAAAAAAAAAAAAAAAAAAAAA",
            highWatermark: Number.MAX_SAFE_INTEGER,
          },
        ],
      },
    ],
    forgottenTopicsData: [],
    rackId: "",
  };
}

function aFetchAnswer({ topic, topicId: id }: { topic: string; topicId: string }): object {
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 0,
    responses: [
      {
        topic,
        topicId: id,
        partitions: [
          {
            partitionIndex: 3,
            errorCode: 0,
            highWatermark: 1,
            lastStableOffset: 1,
            logStartOffset: 0,
            divergingEpoch: { epoch: -1, endOffset: -1 },
            currentLeader: { leaderId: -1, leaderEpoch: -1 },
            snapshotId: { endOffset: -1, epoch: -1 },
            abortedTransactions: null,
            preferredReadReplica: -1,
            records: [new Uint8Array(batch)],
          },
        ],
      },
    ],
    nodeEndpoints: [],
  };
}

type Golden = {
  readonly title: string;
  readonly message: Message;
  readonly version: number;
  readonly bytes: string;
  readonly values: object;
};

const requests: readonly Golden[] = [
  {
    title: "ApiVersions 3, from librdkafka",
    message: messages.apiVersions.request,
    version: 3,
    bytes: `
      0012 0003  key 18, version 3
      00000001  correlation id
      0002 6c72  client id "lr"
      00  no tagged fields in the header
      17 636f6e666c75656e742d6b61666b612d707974686f6e  client software, 22 bytes
      16 322e31362e312d72646b61666b612d322e31362e30  its version, 21 bytes
      00  no tagged fields`,
    values: { clientSoftwareName: "confluent-kafka-python", clientSoftwareVersion: "2.16.1-rdkafka-2.16.0" },
  },
  {
    title: "Metadata 9: one topic by name",
    message: messages.metadata.request,
    version: 9,
    bytes: `
      0003 0009  key 3, version 9
      00000002  correlation id
      0002 6b70  client id "kp"
      00  no tagged fields in the header
      02  one topic
      07 6f7264657273  "orders"
      00  no tagged fields in the topic
      01 00 01  may create; no operations of the cluster, but of topics
      00  no tagged fields`,
    values: {
      topics: [{ topicId: "AAAAAAAAAAAAAAAAAAAAAA", name: "orders" }],
      allowAutoTopicCreation: true,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: true,
    },
  },
  {
    title: "Metadata 12: one topic by id",
    message: messages.metadata.request,
    version: 12,
    bytes: `
      0003 000c  key 3, version 12
      00000003  correlation id
      ffff  no client id
      00  no tagged fields in the header
      02  one topic
      30313233343536373839616263646566  its id
      00  no name
      00  no tagged fields in the topic
      00 00  may not create, no operations of topics
      00  no tagged fields`,
    values: {
      topics: [{ topicId, name: null }],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    },
  },
  {
    title: "Produce 7, in the classic form",
    message: messages.produce.request,
    version: 7,
    bytes: `
      0000 0007  key 0, version 7
      00000004  correlation id
      0002 6b70  client id "kp"
      ffff  no transactional id
      ffff  acks: all
      00007530  timeout: 30 s
      00000001  one topic
      0006 6f7264657273  "orders"
      00000001  one partition
      00000001  partition 1
      00000049 ${batch.toString("hex")}  73 bytes of records`,
    values: {
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [
        {
          name: "orders",
          topicId: "AAAAAAAAAAAAAAAAAAAAAA",
          partitionData: [{ index: 1, records: [new Uint8Array(batch)] }],
        },
      ],
    },
  },
  {
    title: "Produce 9, from kafka-python",
    message: messages.produce.request,
    version: 9,
    bytes: `
      0000 0009  key 0, version 9
      00000004  correlation id
      0002 6b70  client id "kp"
      00  no tagged fields in the header
      00  no transactional id
      ffff  acks: all
      00007530  timeout: 30 s
      02  one topic
      07 6f7264657273  "orders"
      02  one partition
      00000001  partition 1
      4a ${batch.toString("hex")}  73 bytes of records
      00 00 00  no tagged fields in partition, topic, request`,
    values: {
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [
        {
          name: "orders",
          topicId: "AAAAAAAAAAAAAAAAAAAAAA",
          partitionData: [{ index: 1, records: [new Uint8Array(batch)] }],
        },
      ],
    },
  },
  {
    title: "Fetch 12, from kafka-python (one of its four partitions)",
    message: messages.fetch.request,
    version: 12,
    bytes: `
      0001 000c  key 1, version 12
      00000004  correlation id
      0002 6b70  client id "kp"
      00  no tagged fields in the header
      ffffffff  a consumer, no replica
      000001f4 00000001 03200000  wait 500 ms, for 1 byte, up to 50 MiB
      00  read uncommitted
      00000000 00000000  session 0, epoch 0
      02  one topic
      07 6f7264657273  "orders"
      02  one partition
      00000003  partition 3
      00000000  current leader epoch
      0000000000000000  from offset 0
      ffffffff  no last fetched epoch
      ffffffffffffffff  no log start
      00100000  up to 1 MiB
      00 00  no tagged fields in partition, topic
      01  no forgotten topics
      01  rack ""
      00  no tagged fields`,
    values: aFetch({ topic: "orders", topicId: "AAAAAAAAAAAAAAAAAAAAAA", sessionEpoch: 0 }),
  },
  {
    title: "Fetch 13: a topic by id, of a cluster",
    message: messages.fetch.request,
    version: 13,
    bytes: `
      0001 000d  key 1, version 13
      00000005  correlation id
      0002 6b70  client id "kp"
      00  no tagged fields in the header
      ffffffff  a consumer, no replica
      000001f4 00000001 03200000  wait 500 ms, for 1 byte, up to 50 MiB
      00  read uncommitted
      00000000 ffffffff  session 0, no epoch
      02  one topic
      30313233343536373839616263646566  its id
      02  one partition
      00000003  partition 3
      00000000  current leader epoch
      0000000000000000  from offset 0
      ffffffff  no last fetched epoch
      ffffffffffffffff  no log start
      00100000  up to 1 MiB
      00 00  no tagged fields in partition, topic
      01  no forgotten topics
      01  rack ""
      01 00 04 04 636964  one tagged field: tag 0, 4 bytes, cluster id "cid"`,
    values: aFetch({ topic: "", topicId, sessionEpoch: -1, clusterId: "cid" }),
  },
];

const responses: readonly Golden[] = [
  {
    title: "ApiVersions 3: its header has no tagged fields",
    message: messages.apiVersions.response,
    version: 3,
    bytes: `
      00000007  correlation id
      0000  no error
      03  two APIs
      0000 0000 000d 00  Produce 0-13, no tagged fields
      0012 0000 0004 00  ApiVersions 0-4, no tagged fields
      00000000  no throttling
      01 01 08 000000000000002a  one tagged field: tag 1, 8 bytes, epoch of features 42`,
    values: {
      errorCode: 0,
      apiKeys: [
        { apiKey: 0, minVersion: 0, maxVersion: 13 },
        { apiKey: 18, minVersion: 0, maxVersion: 4 },
      ],
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeaturesEpoch: 42,
      finalizedFeatures: [],
      zkMigrationReady: false,
    },
  },
  {
    title: "Metadata 12",
    message: messages.metadata.response,
    version: 12,
    bytes: `
      00000007  correlation id
      00  no tagged fields in the header
      00000000  no throttling
      02  one broker
      00000001 0a 6c6f63616c686f7374 00002384 00 00  node 1, "localhost", 9092, no rack, no tagged fields
      04 616263  cluster id "abc"
      00000001  controller 1
      02  one topic
      0000  no error
      07 6f7264657273  "orders"
      30313233343536373839616263646566  its id
      00  not internal
      02  one partition
      0000 00000000 00000001 00000000  no error, partition 0, leader 1, epoch 0
      02 00000001  replicas: 1
      02 00000001  in sync: 1
      01  offline: none
      00  no tagged fields in the partition
      80000000  no operations known
      00  no tagged fields in the topic
      00  no tagged fields`,
    values: {
      throttleTimeMs: 0,
      brokers: [{ nodeId: 1, host: "localhost", port: 9092, rack: null }],
      clusterId: "abc",
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: "orders",
          topicId,
          isInternal: false,
          partitions: [
            {
              errorCode: 0,
              partitionIndex: 0,
              leaderId: 1,
              leaderEpoch: 0,
              replicaNodes: [1],
              isrNodes: [1],
              offlineReplicas: [],
            },
          ],
          topicAuthorizedOperations: -2_147_483_648,
        },
      ],
      clusterAuthorizedOperations: -2_147_483_648,
      errorCode: 0,
    },
  },
  {
    title: "Produce 9: an error with its message",
    message: messages.produce.response,
    version: 9,
    bytes: `
      00000007  correlation id
      00  no tagged fields in the header
      02  one topic
      07 6f7264657273  "orders"
      02  one partition
      00000001 0002  partition 1, CORRUPT_MESSAGE
      ffffffffffffffff ffffffffffffffff ffffffffffffffff  no offset, no time, no log start
      01  no errors of records
      04 637263  "crc"
      00 00  no tagged fields in partition, topic
      00000000  no throttling
      00  no tagged fields`,
    values: {
      responses: [
        {
          name: "orders",
          topicId: "AAAAAAAAAAAAAAAAAAAAAA",
          partitionResponses: [
            {
              index: 1,
              errorCode: 2,
              baseOffset: -1,
              logAppendTimeMs: -1,
              logStartOffset: -1,
              recordErrors: [],
              errorMessage: "crc",
              currentLeader: { leaderId: -1, leaderEpoch: -1 },
            },
          ],
        },
      ],
      throttleTimeMs: 0,
      nodeEndpoints: [],
    },
  },
  {
    title: "Fetch 12: records",
    message: messages.fetch.response,
    version: 12,
    bytes: `
      00000007  correlation id
      00  no tagged fields in the header
      00000000 0000 00000000  no throttling, no error, session 0
      02  one topic
      07 6f7264657273  "orders"
      02  one partition
      00000003 0000  partition 3, no error
      0000000000000001 0000000000000001 0000000000000000  high watermark 1, stable 1, log start 0
      00  no list of aborted transactions
      ffffffff  no preferred replica
      4a ${batch.toString("hex")}  73 bytes of records
      00 00 00  no tagged fields in partition, topic, response`,
    values: aFetchAnswer({ topic: "orders", topicId: "AAAAAAAAAAAAAAAAAAAAAA" }),
  },
  {
    title: "Fetch 13: a topic by id",
    message: messages.fetch.response,
    version: 13,
    bytes: `
      00000007  correlation id
      00  no tagged fields in the header
      00000000 0000 00000000  no throttling, no error, session 0
      02  one topic
      30313233343536373839616263646566  its id
      02  one partition
      00000003 0000  partition 3, no error
      0000000000000001 0000000000000001 0000000000000000  high watermark 1, stable 1, log start 0
      00  no list of aborted transactions
      ffffffff  no preferred replica
      4a ${batch.toString("hex")}  73 bytes of records
      00 00 00  no tagged fields in partition, topic, response`,
    values: aFetchAnswer({ topic: "", topicId }),
  },
];

describe("a request on the wire", () => {
  it.each(requests)("$title", ({ message, version, bytes, values }) => {
    const frame = bytesOf(bytes);
    const isFlexible = includes(message.flexible, version);
    const header = readRequestHeader(frame);
    expect(header.apiVersion).toBe(version);
    expect(decode(message, version, bodyOf(frame, header, isFlexible))).toEqual(values);
    const sink = new Sink();
    writeRequestHeader(sink, header, isFlexible);
    encode(sink, message, version, values);
    expect(Buffer.from(concat(sink.parts())).toString("hex")).toBe(Buffer.from(frame).toString("hex"));
  });
});

describe("a response on the wire", () => {
  it.each(responses)("$title", ({ message, version, bytes, values }) => {
    const frame = bytesOf(bytes);
    const hasTaggedFields = message !== messages.apiVersions.response;
    const sink = new Sink();
    writeResponseHeader(sink, 7, hasTaggedFields);
    const headerBytes = sink.length;
    encode(sink, message, version, values);
    expect(Buffer.from(concat(sink.parts())).toString("hex")).toBe(Buffer.from(frame).toString("hex"));
    expect(decode(message, version, frame.subarray(headerBytes))).toEqual(values);
  });
});
