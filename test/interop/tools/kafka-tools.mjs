/** Kafka's console tools, each a class that is run as the scripts of its distribution run it. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootstrap, fixture, job, lacks, prefix, refused, run } from "../npm/run.mjs";
import { command, commandUntil } from "./command.mjs";
import { groupFeatures } from "./kafka-groups.mjs";

const [classPath, major] = process.argv.slice(2);
const producerClass =
  major === "3" ? "kafka.tools.ConsoleProducer" : "org.apache.kafka.tools.ConsoleProducer";
const flags = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-cp", classPath];

const tool = (name, args, input) => command("java", [...flags, name, ...args], { input });
const server = ["--bootstrap-server", bootstrap];
const topics = (...args) => tool("org.apache.kafka.tools.TopicCommand", [...server, ...args]);
const configs = (...args) => tool("kafka.admin.ConfigCommand", [...server, ...args]);
const offsets = (...args) => tool("org.apache.kafka.tools.GetOffsetShell", [...server, ...args]);
const named = name => ["--topic", `${prefix}${name}`];

const text = Array.from({ length: 40 }, (_, i) => `h:${i}\tkey ${i}\tvalue ${i}\n`).join("");
const [reader, formatter] =
  major === "3" ? ["--property", "--property"] : ["--reader-property", "--formatter-property"];
const parsing = ["parse.key=true", "parse.headers=true"].flatMap(each => [reader, each]);
const printing = ["print.key=true", "print.headers=true"].flatMap(each => [formatter, each]);

const produce = (name, args = []) =>
  tool(producerClass, [...server, ...named(name), ...parsing, ...args], text);
const consume = (name, args) =>
  tool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
    ...server,
    ...named(name),
    ...printing,
    "--partition",
    "0",
    "--timeout-ms",
    "15000",
    ...args,
  ]);

async function write(name, args) {
  await topics("--create", ...named(name), "--partitions", "1", "--replication-factor", "1");
  await produce(name, args);
  assert.equal(await consume(name, ["--offset", "earliest", "--max-messages", "40"]), text);
}

const codec = name => () => write(`produce-${name}`, ["--compression-codec", name]);
const tried = async () => lacks("tried with the same client in a program of its own");

/** Every read is a Java machine of its own: one topic is read with the console consumer, many are not. */
async function readOne() {
  const [topic, ...others] = job.topics;
  if (others.length > 0) return tried();
  const shown = ["print.key=true", "print.offset=true", "print.timestamp=true"];
  const said = await tool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
    ...server,
    ...["--topic", topic.name, "--from-beginning", "--timeout-ms", "15000"],
    ...["--max-messages", `${fixture.lines.length}`],
    ...shown.flatMap(each => [formatter, each]),
  ]);
  const textOf = part => (part === "-" ? "null" : Buffer.from(part, "base64").toString());
  const expected = fixture.lines.map(line => {
    const [offset, timestamp, key, value] = line.split("|");
    return `CreateTime:${timestamp}\tOffset:${offset}\t${textOf(key)}\t${textOf(value)}\n`;
  });
  assert.equal(said, expected.join(""));
}

const features = {
  create: async () => {
    const said = await topics(
      "--create",
      ...named("create"),
      "--partitions",
      "3",
      "--config",
      "retention.ms=7200000",
    );
    assert.match(said, /Created topic/);
  },
  "produce-none": codec("none"),
  "produce-gzip": codec("gzip"),
  "produce-snappy": codec("snappy"),
  "produce-lz4": codec("lz4"),
  "produce-zstd": codec("zstd"),
  idempotent: tried,
  "acks-0": tried,
  "acks-1": tried,
  "acks-all": tried,
  large: tried,
  many: async () => {
    const args = [...named("many"), "--num-records", "2000", "--record-size", "500", "--throughput", "-1"];
    const said = await tool("org.apache.kafka.tools.ProducerPerformance", [
      ...args,
      "--producer-props",
      `bootstrap.servers=${bootstrap}`,
    ]);
    assert.match(said, /2000 records sent/);
    const counts = (await offsets(...named("many"))).trim().split("\n");
    assert.equal(
      counts.reduce((sum, line) => sum + Number(line.split(":")[2]), 0),
      2_000,
    );
  },
  "from-timestamp": async () => {
    const { timestamp } = fixture.records[7];
    const said = await offsets("--topic", "written-by-rest", "--time", String(timestamp));
    assert.equal(said.trim(), "written-by-rest:0:7");
  },
  tail: tried,
  "auto-create": tried,
  list: async () => assert.ok((await topics("--list")).split("\n").includes(`${prefix}create`)),
  describe: async () => {
    const said = await topics("--describe", ...named("create"));
    assert.match(said, /PartitionCount: 3\s+ReplicationFactor: 1/);
    assert.equal(said.match(/Leader: 1\s/g)?.length, 3);
  },
  configs: async () => {
    const topic = ["--entity-type", "topics", "--entity-name", `${prefix}create`];
    await configs(
      ...topic,
      "--alter",
      "--add-config",
      "max.message.bytes=2000000,cleanup.policy=[compact,delete]",
    );
    const said = await configs(...topic, "--describe");
    assert.match(said, /max\.message\.bytes=2000000/);
    assert.match(said, /cleanup\.policy=compact,delete/);
    await configs(...topic, "--alter", "--delete-config", "cleanup.policy");
    assert.doesNotMatch(await configs(...topic, "--describe"), /cleanup\.policy=/);
  },
  "add-partitions": async () => {
    await topics("--alter", ...named("create"), "--partitions", "5");
    assert.match(await topics("--describe", ...named("create")), /PartitionCount: 5/);
  },
  "delete-records": async () => {
    const path = join(process.cwd(), "offsets.json");
    const topic = `${prefix}produce-none`;
    await writeFile(path, JSON.stringify({ partitions: [{ topic, partition: 0, offset: 5 }], version: 1 }));
    const said = await tool("org.apache.kafka.tools.DeleteRecordsCommand", [
      ...server,
      "--offset-json-file",
      path,
    ]);
    assert.match(said, /low_watermark: 5/);
    assert.equal((await offsets("--topic", topic, "--time", "-2")).trim(), `${topic}:0:5`);
  },
  "delete-topic": async () => {
    await topics("--delete", ...named("produce-gzip"));
    assert.ok(!(await topics("--list")).split("\n").includes(`${prefix}produce-gzip`));
  },
  "topic-exists": () => refused(() => topics("--create", ...named("create")), "already exists"),
  "unknown-topic": () => refused(() => topics("--describe", ...named("nowhere")), "does not exist"),
  "invalid-name": () => refused(() => topics("--create", "--topic", "no/slash"), "has characters other than"),
  "too-large": tried,
  "out-of-range": tried,
  cross: readOne,
  "quick-start": async () => {
    // --zookeeper and, since version 4, --broker-list are --bootstrap-server now.
    const topic = ["--topic", "my-topic"];
    await topics("--create", "--replication-factor", "1", "--partitions", "1", ...topic);
    const brokers = major === "3" ? ["--broker-list", bootstrap] : server;
    await tool(producerClass, [...brokers, ...topic], "first\nsecond\n");
    const reader = [
      "org.apache.kafka.tools.consumer.ConsoleConsumer",
      ...server,
      ...topic,
      "--from-beginning",
    ];
    const said = await commandUntil("java", [...flags, ...reader], text => text.includes("second\n"));
    assert.match(said, /^first\nsecond\n/);
    await topics("--delete", ...topic);
  },
  ...groupFeatures({ java: flags, tool, server, prefix }),
};

await run(features, async () => undefined);
