/**
 * Makes a golden data directory: `node test/format/data-directories/make.ts NAME [CODE]`. It starts the server of CODE (a folder with
 * that state of this repository and its node_modules; this one unless told), lets it hold a little of everything that it
 * knows, reads all of it back through that server, kills the server with -9, and writes NAME.json.br: the files, and
 * what today's code has to find in them (open.test.ts). A file that is there is never made anew.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { brotliCompressSync, constants } from "node:zlib";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { buildPlainBatch } from "../../../lib/format/record-batch/index.ts";
import { utf8 } from "../../../lib/std/index.ts";
import type { GoldenDirectory, GoldenRecord } from "./directory.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const json = "application/vnd.kafka.json.v2+json";
const batches = "application/vnd.cumulog.batches";
/** What a release may not have: then it has no such data either. */
const notServed = 404;

type Server = { readonly url: string; readonly process: ChildProcess };

const [name, code = root] = process.argv.slice(2);
if (name === undefined) throw new Error("usage: node test/format/data-directories/make.ts NAME [CODE]");
const target = join(root, "test", "golden", "data-directories", `${name}.json.br`);
if (existsSync(target)) throw new Error(`${target} is there: a golden directory is never changed`);

const folder = mkdtempSync(join(tmpdir(), "cumulog-golden-"));
try {
  const golden = await make(join(folder, "data"));
  writeFileSync(
    target,
    brotliCompressSync(JSON.stringify(golden), {
      params: { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS },
    }),
  );
  process.stdout.write(`${relative(process.cwd(), target)}: ${readFileSync(target).length} bytes\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function make(dataDir: string): Promise<GoldenDirectory> {
  const server = await start(dataDir);
  try {
    return { ...(await use(server)), files: await filesAfterKill(server, dataDir) };
  } finally {
    server.process.kill("SIGKILL");
  }
}

async function use(server: Server): Promise<Omit<GoldenDirectory, "files">> {
  await fill(server);
  const offsets = await commit(server);
  // Then there are compacted objects, pages, and live entries.
  await call(server, "POST", "/upkeep", "application/json", "{}");
  for (let i = 0; i < 12; i++) await produce(server, "plain", [{ partition: 0, value: `after ${i}` }]);
  const records: Record<string, readonly GoldenRecord[]> = {};
  for (const place of ["plain-0", "plain-1", "keyed-0"]) records[place] = await readAll(server, place);
  return { records, offsets };
}

async function filesAfterKill(server: Server, dataDir: string): Promise<GoldenDirectory["files"]> {
  server.process.kill("SIGKILL");
  await once(server.process, "exit");
  return filesIn(dataDir);
}

async function start(dataDir: string): Promise<Server> {
  const settings = readFileSync(join(code, "lib", "app", "settings.ts"), "utf8");
  const atOnce = settings.includes("compactionAgeMs") ? ["--compaction-age-ms", "0"] : [];
  const flags = ["--data-dir", dataDir, "--http-port", "0", "--kafka-port", "0", ...atOnce];
  const child = spawn(process.execPath, [join(code, "bin", "cumulog.js"), "serve", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http=(\S+)/.exec(line)?.[1];
    if (url !== undefined) return { url, process: child };
  }
  throw new Error("the server ended without an address");
}

/** Small records and large ones, batches of an idempotent producer, keys that repeat, and a topic that is gone. */
async function fill(server: Server): Promise<void> {
  await createTopic(server, "plain", 2, {});
  await createTopic(server, "keyed", 1, { "cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0" });
  await createTopic(server, "gone", 1, {});
  for (let i = 0; i < 30; i++) await produce(server, "plain", [{ partition: 0, value: `value ${i}` }]);
  for (let i = 0; i < 4; i++)
    await produce(server, "plain", [{ partition: 0, value: String(i).repeat(6000) }]);
  for (let sequence = 0; sequence < 6; sequence += 2) {
    const record = (at: number) => ({
      timestampMs: Date.now(),
      key: null,
      value: utf8(`once ${at}`),
      headers: [],
    });
    const producer = { id: 7, epoch: 0, sequence };
    const batch = buildPlainBatch([record(sequence), record(sequence + 1)], {
      codecs: systemCodecs,
      producer,
    });
    await call(server, "POST", "/topics/plain/partitions/1/records", batches, new Uint8Array(batch));
  }
  for (let i = 0; i < 40; i++)
    await produce(server, "keyed", [
      { partition: 0, key: `key ${i % 5}`, value: i < 38 ? `value ${i}` : null },
    ]);
  await produce(server, "gone", [{ partition: 0, value: "gone" }]);
  const [cluster] = JSON.parse((await call(server, "GET", "/v3/clusters")) ?? "{}").data;
  await call(server, "DELETE", `/v3/clusters/${cluster.cluster_id}/topics/gone`);
}

async function createTopic(
  server: Server,
  topic: string,
  partitions: number,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  const [cluster] = JSON.parse((await call(server, "GET", "/v3/clusters")) ?? "{}").data;
  const body = {
    topic_name: topic,
    partitions_count: partitions,
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  };
  const path = `/v3/clusters/${cluster.cluster_id}/topics`;
  await call(server, "POST", path, "application/json", JSON.stringify(body));
}

async function produce(server: Server, topic: string, records: readonly unknown[]): Promise<void> {
  await call(server, "POST", `/topics/${topic}`, json, JSON.stringify({ records }));
}

/** Commits offsets of a group, where the release knows groups. */
async function commit(server: Server): Promise<GoldenDirectory["offsets"]> {
  const made = await call(
    server,
    "POST",
    "/consumers/readers",
    json,
    JSON.stringify({ name: "one", format: "json" }),
  );
  if (made === undefined) return {};
  const offsets = [
    { topic: "plain", partition: 0, offset: 17 },
    { topic: "plain", partition: 1, offset: 1 },
  ];
  const path = "/consumers/readers/instances/one/offsets";
  await call(server, "POST", path, "application/vnd.kafka.v2+json", JSON.stringify({ offsets }));
  const told = await call(server, "GET", `${path}?topic=plain&partition=0`);
  return { readers: JSON.parse(told ?? "{}").offsets };
}

async function readAll(server: Server, place: string): Promise<readonly GoldenRecord[]> {
  const [topic, partition] = place.split("-");
  const records: GoldenRecord[] = [];
  for (let offset = 0; ; ) {
    const path = `/topics/${topic}/partitions/${partition}/records?offset=${offset}`;
    const answer = JSON.parse((await call(server, "GET", path)) ?? "{}");
    if (answer.records.length === 0) return records;
    for (const { offset: at, key, value } of answer.records) records.push([at, key, value]);
    offset = Number(records.at(-1)?.[0]) + 1;
  }
}

/** The body of the answer; undefined where the release has no such path. */
async function call(
  { url }: Server,
  method: string,
  path: string,
  type?: string,
  body?: string | Uint8Array<ArrayBuffer>,
): Promise<string | undefined> {
  const headers = type === undefined ? {} : { "content-type": type };
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  const text = await answer.text();
  if (answer.status === notServed) return undefined;
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}

function filesIn(dataDir: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // The index that SQLite makes of its log anew.
    if (entry.isFile() && !path.endsWith("-shm"))
      files[relative(dataDir, path)] = readFileSync(path).toString("hex");
  }
  return files;
}
