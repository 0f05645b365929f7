/** The REST side: the harness writes a topic for Kafka's clients to read, and reads what they wrote. */
import { type Fixture, type FixtureRecord, lineOf } from "./fixture.ts";

type ShownRecord = {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string | null }[];
};
type Shown = {
  readonly records: readonly ShownRecord[];
  readonly next_offset: number;
  readonly high_watermark: number;
};

/** Creates a topic of one partition, where there is none, and writes the records with their keys, headers and times. */
export async function writeByRest(url: string, topic: string, { records }: Fixture): Promise<void> {
  const cluster = `${url}/v3/clusters/${await clusterId(url)}`;
  if (!(await isThere(`${cluster}/topics/${topic}`)))
    await ask(`${cluster}/topics`, { topic_name: topic, partitions_count: 1 });
  if (records.length === 0) return;
  // One request for all: the records come one after the other.
  const body = records.map(record => JSON.stringify(toRest(record))).join("\n");
  const response = await fetch(`${cluster}/topics/${topic}/records`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`REST produce: ${response.status} ${text}`);
  const refused = text.split("\n").filter(line => line !== "" && JSON.parse(line).error_code !== 200);
  if (refused.length > 0) throw new Error(`REST produce: ${refused[0]}`);
}

/** The lines of all records of a partition. */
export async function linesByRest(url: string, topic: string, partition = 0): Promise<readonly string[]> {
  const lines: string[] = [];
  for (let next = 0; ; ) {
    const response = await fetch(`${url}/topics/${topic}/partitions/${partition}/records?offset=${next}`);
    if (!response.ok) throw new Error(`REST read of ${topic}: ${response.status} ${await response.text()}`);
    const shown = (await response.json()) as Shown;
    for (const record of shown.records) lines.push(lineOf(record.offset, fromRest(record)));
    next = shown.next_offset;
    if (next >= shown.high_watermark) return lines;
  }
}

function toRest({ key, value, timestamp, headers }: FixtureRecord) {
  return {
    partition_id: 0,
    timestamp: new Date(timestamp).toISOString(),
    headers: headers.map(([name, value]) => ({ name, value })),
    ...(key !== null && { key: { type: "BINARY", data: key } }),
    ...(value !== null && { value: { type: "BINARY", data: value } }),
  };
}

function fromRest({ key, value, timestamp, headers }: ShownRecord): FixtureRecord {
  return {
    key,
    value,
    timestamp,
    headers: headers.map(header => [header.name, header.value ?? "null"]),
  };
}

async function clusterId(url: string): Promise<string> {
  const { data } = await ask(`${url}/v3/clusters`);
  return data[0].cluster_id;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of a server that is under test
async function ask(url: string, body?: unknown): Promise<any> {
  const response = await fetch(
    url,
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  );
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function isThere(url: string): Promise<boolean> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.ok;
}

/** Sets configs of a topic together, as an operator does. */
export async function alterConfigsByRest(
  url: string,
  topic: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  const data = Object.entries(configs).map(([name, value]) => ({ name, value }));
  const path = `${url}/v3/clusters/${await clusterId(url)}/topics/${topic}/configs:alter`;
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

/** Lets the server look after its log now. Throws when something of that failed. */
export async function lookAfterByRest(url: string): Promise<void> {
  const { round } = await ask(`${url}/upkeep`, {});
  if (round.failures?.length > 0) throw new Error(`upkeep: ${JSON.stringify(round.failures)}`);
}

/** Creates a topic. */
export async function createByRest(url: string, topic: string, partitions: number): Promise<void> {
  const cluster = `${url}/v3/clusters/${await clusterId(url)}`;
  await ask(`${cluster}/topics`, { topic_name: topic, partitions_count: partitions });
}

/** Appends so many records to each partition. Answers with their places, as `partition:offset`. */
export async function appendByRest(
  url: string,
  topic: string,
  { partitions, each }: { readonly partitions: number; readonly each: number },
): Promise<readonly string[]> {
  const lines = Array.from({ length: partitions * each }, (_, i) =>
    JSON.stringify({ partition_id: i % partitions, value: { type: "STRING", data: `record ${i}` } }),
  );
  const response = await fetch(`${url}/v3/clusters/${await clusterId(url)}/topics/${topic}/records`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: lines.join("\n"),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`REST produce: ${response.status} ${text}`);
  const answers = text.split("\n").filter(line => line !== "");
  return answers.map(line => {
    const { error_code, partition_id, offset } = JSON.parse(line);
    if (error_code !== 200) throw new Error(`REST produce: ${line}`);
    return `${partition_id}:${offset}`;
  });
}
