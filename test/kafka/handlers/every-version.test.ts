/**
 * Every API in every version it is served in: an answer that a version cannot hold is a fault of ours, and ends the
 * connection. kafkajs found one such (ListOffsets 3 has no leader epoch), so all are asked here: about a topic that is there
 * and one that is not.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { SystemClock } from "../../../lib/adapters/system/index.ts";
import type { Engine } from "../../../lib/engine/index.ts";
import { apiTable } from "../../../lib/kafka/api-table.ts";
import type { ApiName, messages } from "../../../lib/kafka/apis/index.ts";
import { readRequest } from "../../../lib/kafka/dispatch.ts";
import { defaultKafkaOptions } from "../../../lib/kafka/index.ts";
import {
  decode,
  encode,
  type Fields,
  includes,
  type Message,
  type MessageDraft,
  Sink,
  type Type,
  writeRequestHeader,
} from "../../../lib/kafka/wire/index.ts";
import { silentTelemetry } from "../../../lib/ports/index.ts";
import { concat, present } from "../../../lib/std/index.ts";
import { aBatch, anEngine } from "../../support/log.ts";

/** What is asked of each API that has something to ask; the others are asked with their defaults. */
type Asked = { [Name in ApiName]?: (topic: Topic) => MessageDraft<(typeof messages)[Name]["request"]> };
type Topic = { readonly name: string; readonly id: string };

let made = 0;
const asked: Asked = {
  produce: ({ name, id }) => ({
    acks: -1,
    timeoutMs: 1_000,
    topicData: [{ name, topicId: id, partitionData: [{ index: 0, records: [aBatch("a")] }] }],
  }),
  fetch: ({ name, id }) => ({
    minBytes: 1,
    maxBytes: 1_000,
    topics: [{ topic: name, topicId: id, partitions: [{ partition: 0, partitionMaxBytes: 1_000 }] }],
  }),
  listOffsets: ({ name }) => ({
    topics: [{ name, partitions: [-1, -2, -3, 0].map(timestamp => ({ partitionIndex: 0, timestamp })) }],
  }),
  metadata: ({ name }) => ({ topics: [{ name }], allowAutoTopicCreation: false }),
  createTopics: ({ name }) => ({
    topics: [`${name}-${made++}`, name, "no/name"].map(each => ({
      name: each,
      numPartitions: 1,
      replicationFactor: 1,
    })),
    timeoutMs: 1_000,
  }),
  deleteTopics: () => ({ topics: [{ name: "nowhere" }], topicNames: ["nowhere"] }),
  deleteRecords: ({ name }) => ({ topics: [{ name, partitions: [{ partitionIndex: 0, offset: 0 }] }] }),
  initProducerId: () => ({ transactionalId: null }),
  offsetForLeaderEpoch: ({ name: topic }) => ({
    topics: [{ topic, partitions: [{ partition: 0, currentLeaderEpoch: 0, leaderEpoch: 0 }] }],
  }),
  describeConfigs: ({ name }) => ({
    resources: [
      { resourceType: 2, resourceName: name, configurationKeys: null },
      { resourceType: 4, resourceName: "1", configurationKeys: null },
    ],
    includeSynonyms: true,
    includeDocumentation: true,
  }),
  alterConfigs: ({ name }) => ({ resources: [{ resourceType: 2, resourceName: name, configs: [] }] }),
  createPartitions: ({ name }) => ({ topics: [{ name, count: 2, assignments: null }], validateOnly: true }),
  incrementalAlterConfigs: ({ name }) => ({
    resources: [
      {
        resourceType: 2,
        resourceName: name,
        configs: [{ name: "retention.ms", configOperation: 0, value: "1" }],
      },
    ],
  }),
  describeTopicPartitions: ({ name }) => ({ topics: [{ name }], cursor: null }),
  describeProducers: ({ name }) => ({ topics: [{ name, partitionIndexes: [0] }] }),
  electLeaders: ({ name: topic }) => ({ topicPartitions: [{ topic, partitions: [0] }] }),
  alterPartitionReassignments: ({ name }) => ({ topics: [{ name, partitions: [{ partitionIndex: 0 }] }] }),
  createAcls: () => ({ creations: [{ resourceName: "a", principal: "b", host: "c" }] }),
  deleteAcls: () => ({ filters: [{}] }),
  alterClientQuotas: () => ({ entries: [{ entity: [{ entityType: "user", entityName: "a" }] }] }),
  alterUserScramCredentials: () => ({ deletions: [{ name: "a" }] }),
  offsetCommit: ({ name, id }) => ({
    groupId: "g",
    topics: [
      { name, topicId: id, partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: "" }] },
    ],
  }),
  offsetFetch: ({ name, id }) => ({
    groupId: "g",
    topics: [{ name, partitionIndexes: [0] }],
    groups: [
      { groupId: "g", topics: [{ name, topicId: id, partitionIndexes: [0] }] },
      { groupId: "g", topics: null },
    ],
  }),
  offsetDelete: ({ name }) => ({ groupId: "g", topics: [{ name, partitions: [{ partitionIndex: 0 }] }] }),
  describeTransactions: () => ({ transactionalIds: ["a"] }),
};

const there: { -readonly [Key in keyof Topic]: Topic[Key] } = { name: "there", id: "" };
const nowhere: Topic = { name: "nowhere", id: "AAAAAAAAAAAAAAAAAAAAAQ" };
const at = { host: "localhost", port: 9092 };
let engine: Engine;

beforeAll(async () => {
  engine = anEngine();
  there.id = (await engine.topics.create({ name: there.name, partitions: 1 })).id;
});

describe.each(apiTable().map(api => ({ api, name: api.name })))("$name", ({ api }) => {
  const { first, last } = api.served;
  const versions = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  it.each(versions)("answers in version %i", async version => {
    for (const topic of [there, nowhere]) {
      const draft = asked[api.name]?.(topic) ?? {};
      const frame = frameOf(api.key, api.request, version, draft);
      const answer = present(
        await readRequest(frame).answer({
          service: {
            engine,
            clock: new SystemClock(),
            telemetry: silentTelemetry,
            nodes: { ownId: 1, list: () => [{ id: 1, ...at }], preferred: () => 1 },
            options: defaultKafkaOptions,
          },
          clientHost: "127.0.0.1",
          reachedAt: at,
          signal: new AbortController().signal,
        }),
        "an answer",
      );
      const isFlexible = includes(api.response.flexible, version) && api.name !== "apiVersions";
      const body = concat(answer).subarray(isFlexible ? 5 : 4);
      const unknownServerError = /"errorCode":-1\b/;
      expect(JSON.stringify(decode(api.response, version, body))).not.toMatch(unknownServerError);
    }
  });
});

function frameOf(apiKey: number, request: Message, apiVersion: number, draft: object): Uint8Array {
  const sink = new Sink();
  const header = { apiKey, apiVersion, correlationId: 1, clientId: "test" };
  writeRequestHeader(sink, header, includes(request.flexible, apiVersion));
  encode(sink, request, apiVersion, withoutAbsent(request.fields, apiVersion, draft));
  return concat(sink.parts());
}

/** What the version has of a draft. */
function withoutAbsent(fields: Fields, version: number, draft: object): object {
  return Object.fromEntries(
    Object.entries(draft).flatMap(([name, value]) => {
      const field = present(fields[name], name);
      return includes(field.versions, version) ? [[name, withoutAbsentIn(field.type, version, value)]] : [];
    }),
  );
}

function withoutAbsentIn(type: Type, version: number, value: unknown): unknown {
  if (value === null || (type.kind !== "struct" && type.kind !== "list")) return value;
  return type.kind === "list"
    ? (value as unknown[]).map(each => withoutAbsentIn(type.of, version, each))
    : withoutAbsent(type.fields, version, value as object);
}
