/** @platformatic/kafka: sends only the newest versions that it knows. Its group-less way to read is a fetch by topic id. */
import assert from "node:assert/strict";
import {
  bootstrap,
  bytes,
  fixture,
  job,
  largeValue,
  lineOf,
  prefix,
  refused,
  requireInstalled,
  run,
  sameLines,
  tooLargeValue,
} from "./run.mjs";

const { Admin, Consumer, Producer, ConfigResourceTypes, ListOffsetTimestamps } =
  requireInstalled("@platformatic/kafka");

const base = { clientId: "interop", bootstrapBrokers: [bootstrap], retries: 2, retryDelay: 50 };
const admin = new Admin(base);
const consumer = new Consumer({ ...base, groupId: "never-joined" });
const closable = [admin, consumer];

function producer(options = {}) {
  const made = new Producer({ ...base, autocreateTopics: false, ...options });
  closable.push(made);
  return made;
}

const records = to =>
  fixture.records.map(({ key, value, timestamp, headers }) => ({
    topic: to,
    partition: 0,
    ...(key !== null && { key: bytes(key) }),
    ...(value !== null && { value: bytes(value) }),
    timestamp: BigInt(timestamp),
    headers: new Map(headers.map(([name, each]) => [Buffer.from(name), bytes(each)])),
  }));

async function topic(name, partitions = 1) {
  const full = `${prefix}${name}`;
  await admin.createTopics({ topics: [full], partitions, replicas: 1 });
  return full;
}

async function fetchOnce(to, fetchOffset, { partition = 0, maxWaitTime = 500 } = {}) {
  const metadata = await consumer.metadata({ topics: [to], forceUpdate: true });
  const { id, partitions } = metadata.topics.get(to);
  return consumer.fetch({
    node: partitions[partition].leader,
    minBytes: 1,
    maxBytes: 10_000_000,
    maxWaitTime,
    topics: [
      {
        topicId: id,
        partitions: [
          {
            partition,
            currentLeaderEpoch: partitions[partition].leaderEpoch,
            fetchOffset: BigInt(fetchOffset),
            lastFetchedEpoch: -1,
            partitionMaxBytes: 10_000_000,
          },
        ],
      },
    ],
  });
}

function linesOf(answer, from) {
  const [partition] = answer.responses[0].partitions;
  return partition.records.flatMap(batch =>
    batch.records
      .map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
        offset: batch.firstOffset + BigInt(offsetDelta),
        timestamp: batch.firstTimestamp + timestampDelta,
        key,
        value,
        headers,
      }))
      .filter(({ offset }) => offset >= from)
      .map(({ offset, timestamp, key, value, headers }) =>
        lineOf(
          offset,
          timestamp,
          key,
          value,
          headers.map(([name, each]) => [name.toString(), each]),
        ),
      ),
  );
}

async function readAll(to, count) {
  const lines = [];
  // Offsets have gaps where records were compacted away.
  for (let next = 0; lines.length < count; next = Number(lines.at(-1).split("|")[0]) + 1) {
    const more = linesOf(await fetchOnce(to, next), next);
    if (more.length === 0) break;
    lines.push(...more);
  }
  return lines;
}

async function write(name, options = {}) {
  const to = await topic(name);
  const { offsets } = await producer(options).send({ messages: records(to) });
  if (options.acks !== 0) assert.equal(offsets[0].offset, 0n);
  sameLines(await readAll(to, fixture.lines.length), to);
}

const features = {
  create: async () => {
    const [created] = await admin.createTopics({ topics: [`${prefix}create`], partitions: 3, replicas: 1 });
    assert.deepEqual([created.partitions, created.configuration["cleanup.policy"]], [3, "delete"]);
  },
  "produce-none": () => write("produce-none"),
  "produce-gzip": () => write("produce-gzip", { compression: "gzip" }),
  "produce-snappy": () => write("produce-snappy", { compression: "snappy" }),
  "produce-lz4": () => write("produce-lz4", { compression: "lz4" }),
  "produce-zstd": () => write("produce-zstd", { compression: "zstd" }),
  idempotent: () => write("idempotent", { idempotent: true }),
  "acks-0": () => write("acks-0", { acks: 0 }),
  "acks-1": () => write("acks-1", { acks: 1 }),
  "acks-all": () => write("acks-all", { acks: -1 }),
  large: async () => {
    const to = await topic("large");
    await producer().send({ messages: [{ topic: to, partition: 0, value: largeValue }] });
    const answer = await fetchOnce(to, 0);
    assert.ok(largeValue.equals(answer.responses[0].partitions[0].records[0].records[0].value));
  },
  many: async () => {
    const to = await topic("many", 4);
    const made = producer({ idempotent: true });
    const batch = from =>
      Array.from({ length: 200 }, (_, i) => ({
        topic: to,
        key: Buffer.from(`${(from + i) % 50}`),
        value: Buffer.from(`${from + i}`),
      }));
    for (let i = 0; i < 10; i++) await made.send({ messages: batch(i * 200) });
    const ends = await consumer.listOffsets({ topics: [to] });
    assert.equal(
      ends.get(to).reduce((sum, end) => sum + Number(end), 0),
      2_000,
    );
  },
  "from-timestamp": async () => {
    const to = `${prefix}produce-gzip`;
    const found = await consumer.listOffsetsWithTimestamps({
      topics: [to],
      timestamp: BigInt(fixture.records[7].timestamp),
    });
    assert.equal(found.get(to).get(0).offset, 7n);
    sameLines(linesOf(await fetchOnce(to, 7), 7), to, fixture.lines.slice(7));
  },
  tail: async () => {
    const to = await topic("tail");
    const waiting = fetchOnce(to, 0, { maxWaitTime: 20_000 });
    await producer().send({ messages: records(to) });
    assert.equal(linesOf(await waiting, 0)[0], fixture.lines[0]);
  },
  "auto-create": async () => {
    const to = `${prefix}auto`;
    await producer({ autocreateTopics: true }).send({
      messages: [{ topic: to, value: Buffer.from("made") }],
    });
    const metadata = await admin.metadata({ topics: [to] });
    assert.equal(metadata.topics.get(to).partitions.length, 4);
  },
  list: async () => assert.ok((await admin.listTopics()).includes(`${prefix}create`)),
  describe: async () => {
    const metadata = await admin.metadata({ topics: [`${prefix}create`], forceUpdate: true });
    assert.equal(metadata.id.length, 22);
    assert.ok(metadata.brokers.has(metadata.controllerId));
    const { partitions } = metadata.topics.get(`${prefix}create`);
    assert.equal(partitions.length, 3);
    assert.deepEqual(partitions[0].isr, [partitions[0].leader]);
  },
  configs: async () => {
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: `${prefix}create` };
    const change = (name, configOperation, value) =>
      admin.incrementalAlterConfigs({
        resources: [{ ...resource, configs: [{ name, configOperation, value }] }],
      });
    await change("retention.ms", 0, "7200000");
    await change("cleanup.policy", 2, "compact");
    const [{ configs }] = await admin.describeConfigs({
      resources: [{ ...resource, configurationKeys: ["retention.ms", "cleanup.policy"] }],
      includeSynonyms: true,
    });
    const values = Object.fromEntries(configs.map(({ name, value }) => [name, value]));
    assert.deepEqual(values, { "retention.ms": "7200000", "cleanup.policy": "delete,compact" });
    await change("cleanup.policy", 1, null);
  },
  "add-partitions": async () => {
    const to = await topic("grow");
    await admin.createPartitions({ topics: [{ name: to, count: 3, assignments: null }] });
    const metadata = await admin.metadata({ topics: [to], forceUpdate: true });
    assert.equal(metadata.topics.get(to).partitions.length, 3);
  },
  "delete-records": async () => {
    const to = await topic("trim");
    await producer().send({ messages: records(to) });
    const [trimmed] = await admin.deleteRecords({
      topics: [{ name: to, partitions: [{ partition: 0, offset: 5n }] }],
    });
    assert.equal(trimmed.partitions[0].lowWatermark, 5n);
    const starts = await consumer.listOffsets({ topics: [to], timestamp: ListOffsetTimestamps.EARLIEST });
    assert.deepEqual(starts.get(to), [5n]);
  },
  "delete-topic": async () => {
    const to = await topic("gone");
    await admin.deleteTopics({ topics: [to] });
    assert.ok(!(await admin.listTopics()).includes(to));
  },
  "topic-exists": () => refused(() => topic("create"), "TOPIC_ALREADY_EXISTS"),
  "unknown-topic": () =>
    refused(
      () => producer().send({ messages: [{ topic: `${prefix}nowhere`, value: Buffer.from("x") }] }),
      // Its own words for what Metadata said.
      "Unknown topic",
    ),
  "invalid-name": () =>
    refused(() => admin.createTopics({ topics: ["no/slash"] }), "INVALID_TOPIC_EXCEPTION"),
  "too-large": () =>
    refused(
      () => producer().send({ messages: [{ topic: `${prefix}create`, partition: 0, value: tooLargeValue }] }),
      "MESSAGE_TOO_LARGE",
    ),
  "out-of-range": () => refused(() => fetchOnce(`${prefix}create`, 1_000), "OFFSET_OUT_OF_RANGE"),
  cross: async () => {
    for (const { name } of job.topics) sameLines(await readAll(name, fixture.lines.length), name);
  },
};

await run(features, () => Promise.all(closable.map(each => each.close())));
