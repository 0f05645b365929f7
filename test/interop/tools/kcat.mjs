/** kcat: librdkafka on the command line. It writes lines of text; topics are made by writing to them. */
import assert from "node:assert/strict";
import { bootstrap, fixture, job, lacks, largeValue, prefix, refused, run } from "../npm/run.mjs";
import { command } from "./command.mjs";

const kcat = (args, input) => command("kcat", ["-b", bootstrap, "-q", ...args], { input });
/** Says why it fails. */
const loud = (args, input) => command("kcat", ["-b", bootstrap, ...args], { input });
const written = Array.from({ length: 40 }, (_, i) => `key ${i}:value ${i}\n`).join("");
const read = (topic, args = []) =>
  kcat(["-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-f", "%k:%s\n", ...args]);

async function write(name, args = []) {
  const topic = `${prefix}${name}`;
  const header = ["-H", "trace=1"];
  await kcat(["-P", "-t", topic, "-p", "0", "-K", ":", ...header, ...args], written);
  assert.equal(await read(topic), written);
  assert.match(await read(topic, ["-f", "%h\n"]), /^(trace=1\n){40}$/);
}

/** The offset that a line begins with. */
const offsetOf = line => line.slice(0, line.indexOf("|"));

const noAdmin = async () => lacks("kcat changes nothing but records");

const features = {
  create: noAdmin,
  "produce-none": () => write("produce-none"),
  "produce-gzip": () => write("produce-gzip", ["-z", "gzip"]),
  "produce-snappy": () => write("produce-snappy", ["-z", "snappy"]),
  "produce-lz4": () => write("produce-lz4", ["-z", "lz4"]),
  "produce-zstd": () => write("produce-zstd", ["-z", "zstd"]),
  idempotent: () => write("idempotent", ["-X", "enable.idempotence=true"]),
  "acks-0": () => write("acks-0", ["-X", "acks=0"]),
  "acks-1": () => write("acks-1", ["-X", "acks=1"]),
  "acks-all": () => write("acks-all", ["-X", "acks=all"]),
  large: async () => {
    const topic = `${prefix}large`;
    const value = largeValue.toString("hex").slice(0, 900 * 1024);
    await kcat(["-P", "-t", topic, "-p", "0"], value);
    assert.equal(await read(topic, ["-f", "%s"]), value);
  },
  many: async () => {
    const topic = `${prefix}many`;
    const lines = Array.from({ length: 2_000 }, (_, i) => `${i % 50}:${i}\n`).join("");
    await kcat(["-P", "-t", topic, "-K", ":", "-X", "enable.idempotence=true"], lines);
    const found = await kcat(["-C", "-t", topic, "-o", "beginning", "-e", "-f", "%k:%s\n"]);
    assert.deepEqual(found.split("\n").sort(), lines.split("\n").sort());
  },
  "from-timestamp": async () => {
    const at = fixture.records[7].timestamp;
    const found = await kcat(["-Q", "-t", `written-by-rest:0:${at}`]);
    assert.match(found, /offset 7$/m);
    const read = ["-C", "-t", "written-by-rest", "-p", "0", "-o", `s@${at}`, "-e", "-f", "%o\n"];
    assert.equal((await kcat(read)).split("\n")[0], "7");
  },
  tail: async () => {
    const topic = `${prefix}tail`;
    await kcat(["-P", "-t", topic, "-p", "0"], "first\n");
    const waiting = kcat(["-C", "-t", topic, "-p", "0", "-o", "beginning", "-c", "2", "-f", "%s\n"]);
    await kcat(["-P", "-t", topic, "-p", "0"], "second\n");
    assert.equal(await waiting, "first\nsecond\n");
  },
  "auto-create": async () => {
    const { topics } = JSON.parse(await kcat(["-L", "-J", "-t", `${prefix}produce-none`]));
    assert.equal(topics[0].partitions.length, 4);
  },
  list: async () => {
    const { topics } = JSON.parse(await kcat(["-L", "-J"]));
    assert.ok(topics.some(({ topic }) => topic === `${prefix}produce-none`));
  },
  describe: async () => {
    const { brokers, controllerid } = JSON.parse(await kcat(["-L", "-J"]));
    assert.deepEqual(
      brokers.map(({ id, name }) => [id, name]),
      [[controllerid, bootstrap]],
    );
  },
  configs: noAdmin,
  "add-partitions": noAdmin,
  "delete-records": noAdmin,
  "delete-topic": noAdmin,
  "topic-exists": noAdmin,
  "unknown-topic": () => refused(() => read(`${prefix}produce-none`, ["-p", "77"]), "does not exist"),
  "invalid-name": () => refused(() => loud(["-P", "-t", "no/slash", "-p", "0"], "x"), "Invalid topic"),
  "too-large": () =>
    refused(
      () =>
        loud(
          ["-P", "-t", `${prefix}produce-none`, "-p", "0", "-X", "message.max.bytes=5000000"],
          "x".repeat(fixture.tooLargeBytes),
        ),
      "Message size too large",
    ),
  "out-of-range": () =>
    refused(
      () => read(`${prefix}produce-none`, ["-o", "1000", "-X", "topic.auto.offset.reset=error"]),
      "out of range",
    ),
  cross: async () => {
    const bytesOf = part => (part === null ? -1 : Buffer.from(part, "base64").length);
    const expected = fixture.records
      .map(
        ({ key, value, timestamp }, i) =>
          `${offsetOf(fixture.lines[i])} ${timestamp} ${bytesOf(key)} ${bytesOf(value)}\n`,
      )
      .join("");
    for (const { name } of job.topics)
      assert.equal(await read(name, ["-f", "%o %T %K %S\n"]), expected, name);
  },
};

await run(features, async () => undefined);
