/** Two servers over one table and one bucket: one log, and each knows the other. */
import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf, type RunningService, serve } from "../../lib/app/index.ts";
import { messages } from "../../lib/kafka/apis/index.ts";
import { decode, encode, Sink, writeRequestHeader } from "../../lib/kafka/wire/index.ts";
import { createBucket, createTable, S3Server, startDynalite } from "../emulators/index.ts";

const variables = {
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
} as const;

let servers: RunningService[] = [];
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const [items, objects] = await Promise.all([startDynalite(), S3Server.start()]);
  closing.push(
    () => items.close(),
    () => objects.close(),
  );
  Object.assign(process.env, variables, {
    AWS_ENDPOINT_URL_DYNAMODB: items.url,
    AWS_ENDPOINT_URL_S3: objects.url,
  });
  await createTable(items.url, "log");
  await createBucket(objects.url, "log");
  const config = configOf({
    backend: "aws",
    table: "log",
    bucket: "log",
    httpPort: 0,
    kafkaPort: 0,
    logLevel: "silent",
  });
  servers = [await serve(config), await serve(config)];
});

afterAll(async () => {
  for (const server of servers) await server.stop();
  for (const close of closing) await close();
});

const urlOf = (server: RunningService | undefined): string => server?.addresses[0] ?? "";

/** What a gateway says to a client that asks who serves. */
async function brokersOf(server: RunningService | undefined): Promise<readonly number[]> {
  const sink = new Sink();
  writeRequestHeader(sink, { apiKey: 3, apiVersion: 9, correlationId: 1, clientId: "test" }, true);
  encode(sink, messages.metadata.request, 9, { topics: [] });
  const body = Buffer.concat(sink.parts());
  const [host = "", port = ""] = (server?.kafkaAddress ?? "").split(":");
  const socket = createConnection({ host, port: Number(port) });
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  socket.write(Buffer.concat([size, body]));
  let answer = Buffer.alloc(0);
  for await (const chunk of socket) {
    answer = Buffer.concat([answer, chunk]);
    if (answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0)) break;
  }
  socket.destroy();
  // Behind size, correlation id and the header's tagged fields.
  const { brokers } = decode(messages.metadata.response, 9, answer.subarray(9));
  return brokers.map(({ port: brokerPort }) => brokerPort);
}

describe("servers over DynamoDB and S3", () => {
  it("serve one log: what one takes, the other gives", async () => {
    const [one, other] = servers;
    const listed = await (await fetch(`${urlOf(one)}/v3/clusters`)).json();
    const cluster = (listed as { data: { cluster_id: string }[] }).data[0]?.cluster_id;
    const json = { "content-type": "application/json" };
    await fetch(`${urlOf(one)}/v3/clusters/${cluster}/topics`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ topic_name: "events", partitions_count: 1 }),
    });
    for (const value of ["small", "x".repeat(100_000)]) {
      const answer = await fetch(`${urlOf(one)}/v3/clusters/${cluster}/topics/events/records`, {
        method: "POST",
        headers: json,
        body: JSON.stringify({ value: { type: "STRING", data: value } }),
      });
      expect({ status: answer.status, text: await answer.text() }).toMatchObject({ status: 200 });
    }
    const read = await fetch(
      `${urlOf(other)}/topics/events/partitions/0/records?offset=0&format=string&max_bytes=1000000`,
    );
    const { records } = (await read.json()) as { records: { value: string }[] };
    expect(records.map(({ value }) => value.length)).toEqual([5, 100_000]);
  });

  it("tell clients of each other, themselves first", async () => {
    const ports = servers.map(({ kafkaAddress }) => Number(kafkaAddress.split(":")[1]));
    // The first came when it was alone; it looks around when it renews its place.
    expect(await brokersOf(servers[1])).toEqual([ports[1], ports[0]]);
    expect((await brokersOf(servers[0]))[0]).toBe(ports[0]);
  });
});
