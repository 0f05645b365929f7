/**
 * The functions as they are deployed: each bundle alone in a directory, in a process of its own, over DynamoDB and S3 as
 * emulators in this one.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import esbuild from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, bundle } from "../../scripts/bundle/build.ts";
import { writeLicenses } from "../../scripts/bundle/licenses.ts";
import {
  createBucket,
  createTable,
  type Emulator,
  emulatorCredentials,
  emulatorRegion,
  S3Server,
  startDynalite,
} from "../emulators/index.ts";
import { anEvent } from "../support/lambda.ts";
import { aBatch } from "../support/log.ts";
import { temporaryDirectories } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "..", "..");
const names = globSync("lambdas/*.ts", { cwd: root })
  .map(path => basename(path, ".ts"))
  .sort();
const directories = temporaryDirectories();
const batches = { "content-type": "application/vnd.cumulog.batches" };
const json = { "content-type": "application/json" };

let bundles: ReadonlyMap<string, Bundle> = new Map();
let dynamoDb: Emulator;
let s3: S3Server;
let environment: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  const output = await directories();
  const made = await Promise.all(names.map(name => bundle(esbuild, { root, output, name })));
  bundles = new Map(made.map(each => [each.name, each]));
  [dynamoDb, s3] = await Promise.all([startDynalite(), S3Server.start()]);
  await Promise.all([createTable(dynamoDb.url, "log"), createBucket(s3.url, "log-bucket")]);
  environment = {
    CUMULOG_TABLE: "log",
    CUMULOG_BUCKET: "log-bucket",
    CUMULOG_LOG_LEVEL: "debug",
    AWS_REGION: emulatorRegion,
    AWS_ACCESS_KEY_ID: emulatorCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: emulatorCredentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
    AWS_ENDPOINT_URL_S3: s3.url,
  };
}, 120_000);

afterAll(async () => {
  await Promise.all([dynamoDb.close(), s3.close()]);
});

/** The bundle alone: nothing that it might lean on is near. */
async function alone(name: string): Promise<string> {
  const path = bundles.get(name)?.path;
  if (path === undefined) throw new Error(`there is no bundle ${name}`);
  const copy = join(await directories(), "index.mjs");
  copyFileSync(path, copy);
  return copy;
}

/** What the handler of a bundle answers to events, in a process of its own, and what the process wrote. */
function invoke(name: string, ...events: readonly unknown[]) {
  return invokeWith(environment, name, ...events);
}

async function invokeWith(
  env: Readonly<Record<string, string>>,
  name: string,
  ...events: readonly unknown[]
) {
  const path = await alone(name);
  const given = join(await directories(), "events.json");
  writeFileSync(given, JSON.stringify(events));
  const code = `
    import { readFileSync } from "node:fs";
    const { handler } = await import(${JSON.stringify(path)});
    const context = { awsRequestId: "call", getRemainingTimeInMillis: () => 30_000 };
    for (const event of JSON.parse(readFileSync(${JSON.stringify(given)}, "utf8")))
      console.log("result " + JSON.stringify(await handler(event, context)));`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", code],
    { env, maxBuffer: 64 * 1024 * 1024 },
  );
  const lines = stdout.trimEnd().split("\n");
  const results = lines.flatMap(line => (line.startsWith("result ") ? [JSON.parse(line.slice(7))] : []));
  return { results, written: lines.filter(line => !line.startsWith("result ")), stderr };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

describe("the bundles", () => {
  it("are one for each function", () => {
    expect(names).toEqual(["admin", "fetch", "groups", "maintenance", "produce", "web-function", "worker"]);
  });

  it.each(names)("of %s is below a megabyte, and takes no code of a process with it", name => {
    const { bytes, parts, packages } = bundles.get(name) as Bundle;
    expect(bytes).toBeLessThan(1_000_000);
    expect(bytes).toBeGreaterThan(100_000);
    for (const foreign of ["pino", "prom-client", "snappy", "lz4-napi", "@node-rs/crc32", "commander"])
      expect(packages.some(path => path.includes(foreign))).toBe(false);
    for (const foreign of ["lib/kafka", "cli/main.ts"]) expect(parts).not.toHaveProperty(foreign);
  });

  it("of functions that have nothing to do with objects are without the client of S3", () => {
    const withS3 = names.filter(name => "@aws-sdk/client-s3" in (bundles.get(name)?.parts ?? {}));
    expect(withS3).toEqual(["fetch", "groups", "maintenance", "produce", "web-function", "worker"]);
  });

  it("of all functions but the maintenance are without the client of SQS", () => {
    const withSqs = names.filter(name => "@aws-sdk/client-sqs" in (bundles.get(name)?.parts ?? {}));
    expect(withSqs).toEqual(["maintenance"]);
  });

  it("come with the licences of all that is in them", async () => {
    const path = join(await directories(), "LICENSES.txt");
    writeLicenses(root, path, [...bundles.values()]);
    const text = readFileSync(path, "utf8");
    for (const name of ["zod", "hono", "@aws-sdk/client-dynamodb", "@aws-lambda-powertools/logger"])
      expect(text).toMatch(new RegExp(`^${name} \\d`, "m"));
  });

  it("are refused when they would need something beside them", async () => {
    const house = await directories();
    mkdirSync(join(house, "lambdas"));
    writeFileSync(join(house, "package.json"), '{"version":"1.0.0"}');
    writeFileSync(
      join(house, "lambdas", "bad.ts"),
      'import { compress } from "snappy";\nexport { compress };\n',
    );
    await expect(
      bundle(esbuild, { root: house, output: join(house, "dist", "lambdas"), name: "bad" }),
    ).rejects.toThrow("bad reaches snappy, which cannot be in a bundle");
  });

  it("make a topic, fill it, read it and look after it, each in a process of its own", async () => {
    const listed = await invoke("admin", anEvent("GET", "/v3/clusters"), anEvent("GET", "/"));
    const [clusters, index] = listed.results;
    const clusterId: string = JSON.parse(clusters.body).data[0].cluster_id;
    const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
    expect(JSON.parse(index.body)).toMatchObject({ version, cluster_id: clusterId });
    const topic = JSON.stringify({ topic_name: "orders", partitions_count: 2 });
    const created = await invoke(
      "admin",
      anEvent("POST", `/v3/clusters/${clusterId}/topics`, { headers: json, body: topic }),
    );
    expect(created.results[0].statusCode).toBe(201);

    const path = "/topics/orders/partitions/1/records";
    const produced = await invoke(
      "produce",
      anEvent("POST", path, { headers: batches, body: aBatch("small") }),
      anEvent("POST", path, { headers: batches, body: aBatch("x".repeat(100_000)) }),
    );
    expect(
      produced.results.map(({ body }: { body: string }) => JSON.parse(body).base_offset),
      produced.stderr,
    ).toEqual([0, 1]);

    const query = "offset=0&format=string&max_bytes=1000000";
    const fetched = await invoke("fetch", anEvent("GET", path, { query }), anEvent("GET", "/topics"));
    expect(
      JSON.parse(fetched.results[0].body).records.map(({ value }: { value: string }) => value.length),
    ).toEqual([5, 100_000]);
    expect(JSON.parse(fetched.results[1].body)).toEqual(["orders"]);

    const ticked = await invoke("maintenance", { source: "aws.scheduler" });
    const groups = { groups: 0, expired: 0, removed: 0 };
    expect(ticked.results).toEqual([{ clusterId, topics: 1, partitions: 2, finished: 0, left: 0, groups }]);
    const worked = await invoke("worker", { Records: [{ messageId: "m", body: "no job" }] });
    // With so little time it begins nothing.
    expect(worked.results).toEqual([{ batchItemFailures: [{ itemIdentifier: "m" }] }]);
  }, 60_000);

  it("read in a group by a pattern, whose engine lies packed in the bundle", async () => {
    const v2 = { "content-type": "application/vnd.kafka.v2+json" };
    const instance = "/consumers/billing/instances/a";
    const { results, stderr } = await invoke(
      "groups",
      anEvent("POST", "/consumers/billing", {
        headers: v2,
        body: JSON.stringify({ name: "a", "auto.offset.reset": "earliest" }),
      }),
      anEvent("POST", `${instance}/subscription`, {
        headers: v2,
        body: JSON.stringify({ topic_pattern: "ord.*" }),
      }),
      anEvent("GET", `${instance}/records`, { query: "timeout=1000" }),
    );
    expect(
      results.map(({ statusCode }: { statusCode: number }) => statusCode),
      stderr,
    ).toEqual([200, 204, 200]);
    const records = JSON.parse(results[2].body);
    expect(records.map(({ offset }: { offset: number }) => offset)).toEqual([0, 1]);
  }, 60_000);

  it("take credentials from the address that Lambda names where it gives none, and ask once", async () => {
    let asked = 0;
    const server = createHttpServer((_request, response) => {
      asked++;
      const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = emulatorCredentials;
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ AccessKeyId, SecretAccessKey, Token: "token", Expiration }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...others } = environment;
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/credentials`;
    const env = { ...others, AWS_CONTAINER_CREDENTIALS_FULL_URI: at };
    const topics = anEvent("GET", "/topics");
    const { results } = await invokeWith(env, "fetch", topics, topics);
    server.close();
    expect(results.map(({ body }: { body: string }) => body)).toEqual(['["orders"]', '["orders"]']);
    expect(asked).toBe(1);
  }, 60_000);

  it("write their metrics and never what is stored, nor who calls", async () => {
    const [clusters] = (await invoke("admin", anEvent("GET", "/v3/clusters"))).results;
    const clusterId: string = JSON.parse(clusters.body).data[0].cluster_id;
    const record = {
      key: { type: "STRING", data: "my-secret-key" },
      value: { type: "STRING", data: "hush" },
    };
    const headers = { ...json, authorization: "AWS4-HMAC-SHA256 Credential=AKIA", cookie: "session=1" };
    const { written, stderr } = await invoke(
      "produce",
      ...["orders", "missing"].map(name =>
        anEvent("POST", `/v3/clusters/${clusterId}/topics/${name}/records`, {
          headers,
          body: JSON.stringify(record),
        }),
      ),
    );
    const metrics = written.map(line => JSON.parse(line)).filter(line => "_aws" in line);
    expect(metrics).toHaveLength(2);
    expect(metrics[0]).toMatchObject({
      service: "cumulog",
      stage: "dev",
      function: "produce",
      status: "200",
    });
    expect(metrics[1]).toMatchObject({ status: "404" });
    for (const secret of ["my-secret-key", "hush", "AKIA", "session=1", emulatorCredentials.secretAccessKey])
      expect(`${written.join("\n")}${stderr}`.replaceAll(/emulators?\b/g, "")).not.toContain(secret);
  }, 60_000);

  it("of the web function serves where Lambda says, and ends when it is told", async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [await alone("web-function")], {
      env: { ...environment, AWS_LAMBDA_HTTP_ENDPOINT: `127.0.0.1:${port}` },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    const ask = async (path: string): Promise<Response> => {
      for (;;) {
        try {
          return await fetch(`http://127.0.0.1:${port}${path}`);
        } catch (error) {
          if (child.exitCode !== null) throw error;
        }
      }
    };
    expect((await ask("/livez")).status).toBe(200);
    expect(await (await ask("/topics")).json()).toEqual(["orders"]);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  }, 60_000);
});

describe("a function whose environment is wrong", () => {
  it.each(names)("does not start, and says everything that is wrong with it: %s", async name => {
    const failure: unknown = await promisify(execFile)(process.execPath, [await alone(name)], {
      env: { CUMULOG_LINGER_MS: "soon", AWS_LAMBDA_HTTP_ENDPOINT: "127.0.0.1:0" },
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 1 });
    const { stderr } = failure as { stderr: string };
    for (const problem of [
      "CUMULOG_TABLE: is missing",
      "CUMULOG_BUCKET: is missing",
      'CUMULOG_LINGER_MS: "soon" is no integer',
      "AWS_REGION: is missing",
    ])
      expect(stderr).toContain(problem);
  });
});
