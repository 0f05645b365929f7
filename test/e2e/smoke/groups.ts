/**
 * Consumer groups over HTTP: two readers share a topic, one goes and the other takes over, where the first one stopped. With
 * the consumer instances of Confluent's v2 paths, where one leaves, and with the one call of serverless readers, where one falls silent.
 */
import assert from "node:assert/strict";
import { asJson, base64, type SmokeLog, type Step } from "./log.ts";

const partitionCount = 4;
const v2 = "application/vnd.kafka.v2+json";
const v2Binary = "application/vnd.kafka.binary.v2+json";
const names = ["instances", "polls"] as const;
/** Enough for a session of the default length and a third, with each call waiting. */
const callsMax = 200;
const waitMs = 2_000;

type Place = { readonly topic: string; readonly partition: number };
type Shown = Place & { readonly offset: number; readonly value: string };

export const groups: readonly Step[] = [
  {
    title:
      "divides a topic between two consumer instances of a group, and gives all of it to the one that stays",
    async run(log) {
      const topic = await makeTopic(log, "instances");
      const group = `/consumers/${log.topic}-instances`;
      const first = await append(log, topic, "first");
      const [a, b] = [await makeInstance(log, group, topic, "a"), await makeInstance(log, group, topic, "b")];
      await until("both have a share", async () => {
        const shares = [await assignmentOf(log, a), await assignmentOf(log, b)];
        return shares.every(({ length }) => length === partitionCount / 2);
      });
      const read = [...(await recordsOf(log, a, 2)), ...(await recordsOf(log, b, 2))];
      assert.deepEqual(valuesOf(read), valuesOf(first));
      for (const each of [a, b]) await log.expect(200, "POST", `${each}/offsets`);
      await log.expect(204, "DELETE", a);
      await log.refused(404, 40403, "GET", `${a}/assignments`);
      await until("one has all", async () => (await assignmentOf(log, b)).length === partitionCount);
      const second = await append(log, topic, "second");
      assert.deepEqual(valuesOf(await recordsOf(log, b, partitionCount)), valuesOf(second));
      await log.expect(204, "DELETE", b);
      await log.expect(204, "DELETE", await log.v3(`/consumer-groups/${log.topic}-instances`));
      await log.expect(204, "DELETE", await log.v3(`/topics/${topic}`));
    },
  },
  {
    title: "gives what a reader had that fell silent to the other of its group, from where it had committed",
    async run(log) {
      const topic = await makeTopic(log, "polls");
      const group = await log.v3(`/consumer-groups/${log.topic}-polls`);
      const [silent, other] = [new Reader(log, group, topic), new Reader(log, group, topic)];
      await until("both have a share", async () => {
        for (const each of [silent, other]) await each.poll({});
        return [silent, other].every(({ assigned }) => assigned.length === partitionCount / 2);
      });
      const first = await append(log, topic, "first");
      const done = new Set<string>();
      await until("the one that will stop has read its share", async () => {
        for (const { value } of await silent.poll({ wait_ms: waitMs })) done.add(value);
        return done.size === partitionCount / 2;
      });
      await silent.poll({ action: "heartbeat" });
      const read = new Set<string>();
      const reads = async (): Promise<void> => {
        for (const { value } of await other.poll({ wait_ms: waitMs })) read.add(value);
      };
      await until("the other has all", async () => {
        await reads();
        return other.assigned.length === partitionCount;
      });
      const second = await append(log, topic, "second");
      await until("all is read", async () => {
        await reads();
        return second.every(({ value }) => read.has(value));
      });
      const left = valuesOf(first).filter(value => !done.has(value));
      assert.deepEqual([...read].sort(), [...left, ...valuesOf(second)].sort());
      await shows(log, group, topic);
      await other.poll({ action: "leave" });
      await log.expect(204, "DELETE", group);
      await log.refused(404, 40405, "GET", group);
      await log.expect(204, "DELETE", await log.v3(`/topics/${topic}`));
    },
  },
];

/** A reader that keeps what it was answered, commits it with its next call, and knows nothing else. */
class Reader {
  readonly #log: SmokeLog;
  readonly #group: string;
  readonly #topic: string;
  #last: { readonly member?: Polled["member"]; readonly commit?: Polled["next"] } = {};
  assigned: readonly Place[] = [];

  constructor(log: SmokeLog, group: string, topic: string) {
    this.#log = log;
    this.#group = group;
    this.#topic = topic;
  }

  async poll(asked: object): Promise<readonly Shown[]> {
    const body = asJson({ topics: [this.#topic], ...this.#last, ...asked });
    const answer = (await this.#log.json(200, "POST", `${this.#group}/poll`, body)) as Polled;
    assert.deepEqual(answer.failed_commits, []);
    const { member, next, assignment, records } = answer;
    this.#last = { member, commit: next };
    this.assigned = assignment.flatMap(({ topic, partitions }) =>
      partitions.map(partition => ({ topic, partition })),
    );
    return records;
  }
}

/** What operators ask of a group with one member that has read all. */
async function shows(log: SmokeLog, group: string, topic: string): Promise<void> {
  const listed = (await log.json(200, "GET", await log.v3("/consumer-groups")))["data"];
  const ids = (listed as readonly { readonly consumer_group_id: string }[]).map(
    each => each.consumer_group_id,
  );
  assert.ok(ids.includes(group.split("/").at(-1) ?? ""), `${ids} has ${group}`);
  assert.equal((await log.json(200, "GET", group))["type"], "CONSUMER");
  const { data: consumers } = await log.json(200, "GET", `${group}/consumers`);
  assert.equal((consumers as readonly unknown[]).length, 1);
  const { data: lags } = await log.json(200, "GET", `${group}/lags`);
  const ofTopic = (lags as readonly { readonly topic_name: string }[]).filter(
    each => each.topic_name === topic,
  );
  assert.equal(ofTopic.length, partitionCount);
}

type Polled = {
  readonly member: { readonly id: string; readonly epoch: number };
  readonly next: readonly (Place & { readonly offset: number })[];
  readonly assignment: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
  readonly records: readonly Shown[];
  readonly failed_commits: readonly unknown[];
};

/** The topics that are made for groups beside the one of the smoke. */
export function groupTopicsOf(topic: string): readonly string[] {
  return names.map(name => `${topic}-${name}`);
}

async function makeTopic(log: SmokeLog, name: (typeof names)[number]): Promise<string> {
  const topic_name = `${log.topic}-${name}`;
  await log.json(
    201,
    "POST",
    await log.v3("/topics"),
    asJson({ topic_name, partitions_count: partitionCount }),
  );
  return topic_name;
}

/** A record to each partition, no two the same. */
async function append(log: SmokeLog, topic: string, round: string): Promise<readonly Shown[]> {
  const records: Shown[] = [];
  for (let partition = 0; partition < partitionCount; partition++) {
    // An item for some, an object for others.
    const data = `${round} ${partition}`.padEnd(partition * 5_000, ".");
    const { offset } = await log.json(
      200,
      "POST",
      await log.v3(`/topics/${topic}/records`),
      asJson({ partition_id: partition, value: { type: "STRING", data } }),
    );
    records.push({ topic, partition, offset: Number(offset), value: base64(data) });
  }
  return records;
}

/** The path of an instance that reads the topic from its beginning, and commits when it is told. */
async function makeInstance(log: SmokeLog, group: string, topic: string, name: string): Promise<string> {
  const asked = { name, "auto.offset.reset": "earliest", "auto.commit.enable": "false" };
  const made = await log.json(200, "POST", group, asJson(asked, v2));
  const path = `${group}/instances/${name}`;
  assert.equal(made["instance_id"], name);
  assert.ok(String(made["base_uri"]).endsWith(path), String(made["base_uri"]));
  await log.expect(
    204,
    "POST",
    `${path}/subscription`,
    asJson({ topic_pattern: `${topic.slice(0, -1)}.` }, v2),
  );
  return path;
}

async function assignmentOf(log: SmokeLog, instance: string): Promise<readonly Place[]> {
  return (await log.json(200, "GET", `${instance}/assignments`))["partitions"] as readonly Place[];
}

/** So many records of what it has, in as many calls as it takes. */
async function recordsOf(log: SmokeLog, instance: string, count: number): Promise<readonly Shown[]> {
  const all: Shown[] = [];
  await until(`${count} records are read`, async () => {
    const answer = await log.expect(200, "GET", `${instance}/records?timeout=${waitMs}`, {
      headers: { accept: v2Binary },
    });
    all.push(...(JSON.parse(answer.body.toString("utf8")) as readonly Shown[]));
    return all.length >= count;
  });
  return all;
}

function valuesOf(records: readonly Shown[]): readonly string[] {
  return records.map(({ value }) => value).sort();
}

/** Calls until it is so; each call lets some of the time pass. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let calls = 1; calls <= callsMax; calls++) if (await isSo()) return;
  assert.fail(`after ${callsMax} rounds it is not so that ${what}`);
}
