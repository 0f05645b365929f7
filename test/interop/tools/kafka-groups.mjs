/** Kafka's tool for groups, and its consumers that are members of one. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

const partitions = 2;
const records = 40;
/** Of itself it waits for 5 s, which a machine under load takes to start. */
const patient = ["--timeout", "30000"];

/** What is tried of groups. `java` are the arguments of java before a class, `tool` runs one to its end. */
export function groupFeatures({ java, tool, server, prefix }) {
  const topic = `${prefix}grouped`;
  const group = `${prefix}members`;
  const groups = (...args) =>
    tool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", [...server, ...patient, ...args]);
  const console = (...args) =>
    tool("org.apache.kafka.tools.consumer.ConsoleConsumer", [...server, "--topic", topic, ...args]);
  const perf = (name, args) => tool(`org.apache.kafka.tools.${name}`, args);

  async function write() {
    const create = ["--create", "--topic", topic, "--partitions", `${partitions}`];
    await tool("org.apache.kafka.tools.TopicCommand", [...server, ...create]);
    const size = ["--num-records", `${records}`, "--record-size", "20", "--throughput", "-1"];
    // As small as they can be: so that both partitions get some.
    const settings = ["--producer-props", `bootstrap.servers=${server[1]}`, "batch.size=1"];
    await perf("ProducerPerformance", ["--topic", topic, ...size, ...settings]);
  }

  /** Sums over the partitions of what stands behind each. Version 3 forgets to end the lines. */
  const sums = said => {
    const rows = [
      ...said.matchAll(new RegExp(`\\s${topic}\\s+\\d+\\s+(\\d+)(?:\\s+(\\d+)\\s+(\\d+))?`, "g")),
    ];
    assert.equal(rows.length, partitions, said);
    return [1, 2, 3].map(column => rows.reduce((total, row) => total + Number(row[column]), 0));
  };
  const committed = async () => sums(await groups("--describe", "--group", group, "--offsets"))[0];
  const reset = async (...how) => {
    const said = await groups("--reset-offsets", "--group", group, "--topic", topic, ...how);
    return sums(said)[0];
  };

  /** Someone is in the group while `act` runs. */
  async function withMember(act) {
    const name = "org.apache.kafka.tools.consumer.ConsoleConsumer";
    const args = [...java, name, ...server, "--topic", topic, "--group", group];
    const child = spawn("java", args, { stdio: "ignore" });
    const ended = new Promise(resolve => child.on("close", resolve));
    try {
      await act();
    } finally {
      child.kill("SIGTERM");
      await ended;
    }
  }

  async function untilSaid(pattern, ...args) {
    for (let attempt = 1; ; attempt++) {
      const said = await groups(...args);
      if (pattern.test(said)) return;
      assert.ok(attempt < 10, said);
      await pause(200);
    }
  }

  const describe = ["--describe", "--group", group];
  return {
    // The first of them: it writes what both read.
    "group-console": async () => {
      await write();
      const own = ["--group", `${group}-console`, "--timeout-ms", "20000"];
      const first = await console(...own, "--from-beginning", "--max-messages", "15");
      const second = await console(...own, "--max-messages", "25");
      assert.equal(`${first}${second}`.trim().split("\n").length, records);
      const ask = [...server, "--topic", topic, "--messages", `${records}`, "--group", `${group}-perf`];
      const said = await perf("ConsumerPerformance", [...ask, "--timeout", "20000"]);
      assert.equal(Number(said.trim().split("\n").at(-1).split(", ")[4]), records, said);
    },
    "group-tools": async () => {
      const all = ["--from-beginning", "--group", group, "--max-messages", `${records}`];
      await console(...all, "--timeout-ms", "20000");
      const [current, end, lag] = sums(await groups(...describe, "--offsets"));
      assert.deepEqual([current, end, lag], [records, records, 0]);
      // Two at a time: each is a Java machine of its own.
      assert.deepEqual(await Promise.all([reset("--to-earliest", "--dry-run"), committed()]), [0, records]);
      await Promise.all([
        untilSaid(new RegExp(`^${group}\\s+\\S*\\s*Empty`, "m"), "--list", "--state"),
        untilSaid(/Empty\s+0/, ...describe, "--state"),
      ]);
      assert.equal(await reset("--to-earliest", "--execute"), 0);
      assert.equal(await reset("--shift-by", "5", "--execute"), 10);
      assert.equal(await committed(), 10);
      assert.equal(await reset("--to-latest", "--execute"), records);
      assert.equal(await reset("--by-duration", "PT1H", "--execute"), 0);
      assert.equal(await reset("--to-datetime", "2100-01-01T00:00:00.000", "--execute"), records);
      assert.equal(await committed(), records);
      await withMember(async () => {
        await untilSaid(/Stable\s+1/, ...describe, "--state");
        await untilSaid(new RegExp(`console-consumer.*\\s${partitions}\\s`), ...describe, "--members");
        assert.match(await reset("--to-latest", "--execute").catch(String), /inactive|Stable/);
      });
      await groups("--delete-offsets", "--group", group, "--topic", topic);
      assert.match(await groups("--delete", "--group", group), /successful/);
      assert.ok(!(await groups("--list")).split("\n").includes(group));
    },
  };
}
