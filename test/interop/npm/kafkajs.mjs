/** kafkajs: never sends a flexible version. It reads in groups only. */
import assert from "node:assert/strict";
import {
  bootstrap,
  bytes,
  fixture,
  job,
  lacks,
  largeValue,
  lineOf,
  prefix,
  refused,
  requireInstalled,
  run,
  sameLines,
  tooLargeValue,
} from "./run.mjs";

const { CompressionTypes, ConfigResourceTypes, Kafka, Partitioners, logLevel } = requireInstalled("kafkajs");

const kafka = new Kafka({
  clientId: "interop",
  brokers: [bootstrap],
  logLevel: logLevel.NOTHING,
  retry: { retries: 2, initialRetryTime: 50 },
});
const admin = kafka.admin();
const producers = [];

async function producer(options = {}) {
  const made = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...options });
  producers.push(made);
  await made.connect();
  return made;
}

const messages = fixture.records.map(({ key, value, timestamp, headers }) => ({
  key: bytes(key),
  value: bytes(value),
  timestamp: String(timestamp),
  headers: Object.fromEntries(headers.map(([name, each]) => [name, bytes(each)])),
  partition: 0,
}));

async function topic(name, numPartitions = 1) {
  const full = `${prefix}${name}`;
  assert.equal(
    await admin.createTopics({ topics: [{ topic: full, numPartitions, replicationFactor: 1 }] }),
    true,
  );
  return full;
}

async function write(name, options = {}, { acks = -1, compression = CompressionTypes.None } = {}) {
  const to = await topic(name);
  const [answer] = await (await producer(options)).send({ topic: to, acks, compression, messages });
  if (acks !== 0) assert.deepEqual([answer.errorCode, answer.baseOffset], [0, "0"]);
}

/** The lines of each topic, by a group of its own, from the beginning: so many as were written. `meanwhile` is done once it reads. */
async function read(topics, meanwhile = async () => undefined) {
  const consumer = kafka.consumer({ groupId: `${prefix}${topics[0]}`, maxWaitTimeInMs: 250 });
  const lines = new Map(topics.map(name => [name, []]));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    const joined = new Promise(resolve => consumer.on(consumer.events.GROUP_JOIN, resolve));
    const all = new Promise(resolve => {
      const isRead = name => lines.get(name).length >= fixture.lines.length;
      const eachMessage = async ({ topic: name, message: { offset, timestamp, key, value, headers } }) => {
        lines.get(name).push(lineOf(offset, timestamp, key, value, Object.entries(headers)));
        if (topics.every(isRead)) resolve();
      };
      consumer.run({ eachMessage, partitionsConsumedConcurrently: 4 });
    });
    await joined;
    await meanwhile();
    await all;
    return lines;
  } finally {
    await consumer.disconnect();
  }
}

const features = {
  create: () => topic("create", 3),
  "produce-none": () => write("produce-none"),
  "produce-gzip": () => write("produce-gzip", {}, { compression: CompressionTypes.GZIP }),
  "produce-snappy": async () => lacks("gzip is all it has"),
  "produce-lz4": async () => lacks("gzip is all it has"),
  "produce-zstd": async () => lacks("gzip is all it has"),
  idempotent: () => write("idempotent", { idempotent: true, maxInFlightRequests: 1 }),
  "acks-0": () => write("acks-0", {}, { acks: 0 }),
  "acks-1": () => write("acks-1", {}, { acks: 1 }),
  "acks-all": () => write("acks-all"),
  large: async () => {
    const to = await topic("large");
    const [answer] = await (await producer()).send({ topic: to, messages: [{ value: largeValue }] });
    assert.equal(answer.baseOffset, "0");
  },
  many: async () => {
    const to = await topic("many", 4);
    const made = await producer({ idempotent: true, maxInFlightRequests: 5 });
    const batch = from =>
      Array.from({ length: 200 }, (_, i) => ({ key: `${(from + i) % 50}`, value: `${from + i}` }));
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => made.send({ topic: to, messages: batch(i * 200) })),
    );
    const offsets = await admin.fetchTopicOffsets(to);
    assert.equal(offsets.length, 4);
    assert.equal(
      offsets.reduce((sum, { high }) => sum + Number(high), 0),
      2_000,
    );
  },
  "from-timestamp": async () => {
    const [offset] = await admin.fetchTopicOffsetsByTimestamp(
      `${prefix}produce-none`,
      fixture.records[7].timestamp,
    );
    assert.equal(offset.offset, "7");
  },
  tail: async () => {
    const to = await topic("tail");
    const made = await producer();
    const lines = await read([to], () => made.send({ topic: to, messages }));
    sameLines(lines.get(to), to);
  },
  "auto-create": async () => {
    const [answer] = await (await producer()).send({ topic: `${prefix}auto`, messages: [{ value: "made" }] });
    assert.equal(answer.baseOffset, "0");
    const { topics } = await admin.fetchTopicMetadata({ topics: [`${prefix}auto`] });
    assert.equal(topics[0].partitions.length, 4);
  },
  list: async () => assert.ok((await admin.listTopics()).includes(`${prefix}create`)),
  describe: async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [`${prefix}create`] });
    assert.deepEqual(topics[0].partitions.map(({ partitionId }) => partitionId).sort(), [0, 1, 2]);
    assert.deepEqual(topics[0].partitions[0].isr, [topics[0].partitions[0].leader]);
    const cluster = await admin.describeCluster();
    assert.equal(cluster.clusterId.length, 22);
    assert.ok(cluster.brokers.some(({ nodeId }) => nodeId === cluster.controller));
  },
  configs: async () => {
    const resource = { type: ConfigResourceTypes.TOPIC, name: `${prefix}create` };
    const read = async () => {
      const answer = await admin.describeConfigs({ resources: [resource], includeSynonyms: true });
      return answer.resources[0].configEntries.find(({ configName }) => configName === "retention.ms");
    };
    assert.equal((await read()).isDefault, true);
    await admin.alterConfigs({
      resources: [{ ...resource, configEntries: [{ name: "retention.ms", value: "7200000" }] }],
    });
    const after = await read();
    assert.deepEqual([after.configValue, after.isDefault], ["7200000", false]);
    assert.deepEqual(
      after.configSynonyms.map(({ configValue }) => configValue),
      ["7200000", "604800000"],
    );
  },
  "add-partitions": async () => {
    const to = await topic("grow", 1);
    await admin.createPartitions({ topicPartitions: [{ topic: to, count: 3 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: [to] });
    assert.equal(topics[0].partitions.length, 3);
  },
  "delete-records": async () => {
    const to = await topic("trim");
    await (await producer()).send({ topic: to, messages });
    // It looks for the leader before it asks who that is.
    await admin.fetchTopicOffsets(to);
    await admin.deleteTopicRecords({ topic: to, partitions: [{ partition: 0, offset: "5" }] });
    const [{ low, high }] = await admin.fetchTopicOffsets(to);
    assert.deepEqual([low, high], ["5", String(messages.length)]);
  },
  "delete-topic": async () => {
    const to = await topic("gone");
    await admin.deleteTopics({ topics: [to] });
    assert.ok(!(await admin.listTopics()).includes(to));
  },
  "topic-exists": async () =>
    assert.equal(await admin.createTopics({ topics: [{ topic: `${prefix}create` }] }), false),
  "unknown-topic": () =>
    refused(() => admin.fetchTopicOffsets(`${prefix}nowhere`), "UNKNOWN_TOPIC_OR_PARTITION"),
  "invalid-name": () =>
    refused(() => admin.createTopics({ topics: [{ topic: "no/slash" }] }), "INVALID_TOPIC_EXCEPTION"),
  "too-large": async () => {
    const made = await producer();
    await refused(
      () => made.send({ topic: `${prefix}create`, messages: [{ value: tooLargeValue }] }),
      "MESSAGE_TOO_LARGE",
    );
  },
  "out-of-range": async () => lacks("it goes back to the beginning by itself"),
  cross: async () => {
    for (const [name, lines] of await read(job.topics.map(({ name }) => name))) sameLines(lines, name);
  },
};

await admin.connect();
await run(features, () => Promise.all([admin.disconnect(), ...producers.map(each => each.disconnect())]));
