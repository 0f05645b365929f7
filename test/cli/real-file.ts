/**
 * A real file there and back: `node test/cli/real-file.ts --lines 1000000`. The logs of this machine, repeated with a
 * running number, among them empty lines, "\r", bytes that are no valid UTF-8 and lines of 900 KiB, without a newline at
 * the end, go through `cumulog produce` into a durable server of several partitions and come back through
 * `cumulog consume`. Checked: the bytes of every line, and that each partition kept the order of the file. Prints rates.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  createWriteStream,
  globSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LineSplitter } from "../../cli/produce/lines.ts";
import { joined, nastyLines } from "./nasty-lines.ts";

const bin = join(import.meta.dirname, "..", "..", "bin", "cumulog.js");
const topic = "real";
/** Logs are taken up to this size: the rest of the file repeats them anyway. */
const sourceBytesMax = 16 * 1024 * 1024;
/** How often an odd line comes; primes, so that they meet in every way. */
const every = { empty: 103, windows: 97, invalid: 101, nasty: 250_007 } as const;

const { values: options } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    partitions: { type: "string", default: "4" },
    compression: { type: "string", default: "none" },
    folder: { type: "string", default: tmpdir() },
  },
});
await main(Number(options.lines), Number(options.partitions));

async function main(lineCount: number, partitions: number): Promise<void> {
  const folder = mkdtempSync(join(options.folder, "cumulog-real-file-"));
  const input = join(folder, "input");
  await writeInput(input, lineCount);
  const bytes = statSync(input).size;
  console.log(`${lineCount} lines, ${mebibytes(bytes)} MiB`);
  const server = spawn(
    process.execPath,
    [bin, "serve", "--http-port", "0", "--kafka-port", "0", "--data-dir", join(folder, "data")],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  try {
    const url = await readyUrl(server);
    await cumulog(url, ["topics", "create", topic, "--partitions", String(partitions)]);
    const compression = ["--compression", options.compression];
    await timed("produce --file", bytes, lineCount, () =>
      cumulog(url, ["produce", topic, "--file", input, ...compression]),
    );
    const output = join(folder, "output");
    const all = ["consume", topic, "--from-beginning", "--max-messages", String(lineCount)];
    await timed("consume", bytes, lineCount, () => cumulog(url, all, output));
    await timed("consume --format json", bytes, lineCount, () =>
      cumulog(url, [...all, "--format", "json"], join(folder, "json")),
    );
    const streams = await readPartitions(url, partitions, folder);
    check("every partition kept the order of the file, and every byte", linesIn(input), streams);
    check("reading all partitions at once kept the order of each", linesIn(output), streams);
  } finally {
    server.kill("SIGTERM");
    if (server.exitCode === null) await once(server, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The logs of this machine, over and over, a number before each line, with odd lines between. */
async function writeInput(path: string, lineCount: number): Promise<void> {
  const source = readLogs();
  const file = createWriteStream(path);
  for (let at = 0; at < lineCount; at += source.length) {
    const lines = source.slice(0, lineCount - at).map((line, i) => oddLine(at + i, line));
    const block = joined(lines);
    if (!file.write(at === 0 ? block : Buffer.concat([Buffer.of(0x0a), block]))) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

function oddLine(number: number, line: Uint8Array): Uint8Array {
  if (number % every.nasty === every.nasty >> 1)
    return nastyLines.reduce((a, b) => (b.length > a.length ? b : a));
  if (number % every.empty === 1) return Buffer.of();
  const end = number % every.windows === 0 ? "\r" : number % every.invalid === 0 ? "\xff\xfe\xc3" : "";
  return Buffer.concat([Buffer.from(`${number} `), line, Buffer.from(end, "latin1")]);
}

function readLogs(): readonly Uint8Array[] {
  const paths = globSync("/var/log/**/*.log").filter(path => statSync(path).isFile());
  const lines: Uint8Array[] = [...nastyLines];
  let bytes = 0;
  for (const path of paths) {
    const found = readOr(path, []);
    lines.push(...found.slice(0, 100_000));
    bytes += found.reduce((sum, line) => sum + line.length, 0);
    if (bytes > sourceBytesMax) break;
  }
  if (lines.length < 1000) throw new Error(`only ${lines.length} lines of logs can be read in /var/log`);
  return lines.filter(line => line.length < 64 * 1024);
}

function readOr(path: string, otherwise: readonly Uint8Array[]): readonly Uint8Array[] {
  try {
    return linesIn(path);
  } catch {
    return otherwise;
  }
}

function linesIn(path: string): readonly Uint8Array[] {
  const splitter = new LineSplitter();
  return [...splitter.push(readFileSync(path)), ...splitter.end()];
}

/** What each partition holds, in its order. */
async function readPartitions(
  url: string,
  partitions: number,
  folder: string,
): Promise<readonly (readonly Uint8Array[])[]> {
  const description = join(folder, "description");
  await cumulog(url, ["topics", "describe", topic, "--json"], description);
  const { partitions: ranges } = JSON.parse(readFileSync(description, "utf8"));
  const streams: (readonly Uint8Array[])[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const path = join(folder, `partition-${partition}`);
    const count: number = ranges[partition].nextOffset;
    const args = ["consume", topic, "--from-beginning", "--partition", String(partition)];
    if (count > 0) await cumulog(url, [...args, "--max-messages", String(count)], path);
    streams.push(count > 0 ? linesIn(path) : []);
    console.log(`partition ${partition}: ${count} records`);
  }
  return streams;
}

/**
 * Fails unless the lines are an interleaving of the streams: every line in one stream, every stream used up, in its
 * order. Equal lines may be in several streams, so all ways to go on are followed; unlike ones soon leave one.
 */
function check(
  what: string,
  lines: readonly Uint8Array[],
  streams: readonly (readonly Uint8Array[])[],
): void {
  let ways: readonly (readonly number[])[] = [streams.map(() => 0)];
  for (const [number, line] of lines.entries()) {
    const next = new Map<string, readonly number[]>();
    for (const way of ways)
      for (const [i, stream] of streams.entries()) {
        const head = stream[way[i] ?? 0];
        if (head === undefined || head.length !== line.length || Buffer.compare(head, line) !== 0) continue;
        const further = way.map((at, j) => (i === j ? at + 1 : at));
        next.set(further.join(), further);
      }
    ways = [...next.values()];
    if (ways.length === 0)
      throw new Error(`FAILED: ${what}: line ${number + 1} is in no partition where it has to be`);
  }
  const isUsedUp = ways.some(way => way.every((at, i) => at === streams[i]?.length));
  if (!isUsedUp) throw new Error(`FAILED: ${what}: the partitions hold more than the file`);
  console.log(`ok: ${what} (${lines.length} lines)`);
}

async function timed(what: string, bytes: number, lines: number, work: () => Promise<void>): Promise<void> {
  const startMs = performance.now();
  await work();
  const seconds = (performance.now() - startMs) / 1000;
  const rate = `${Math.round(lines / seconds).toLocaleString("en-US")} lines/s, ${mebibytes(bytes / seconds)} MiB/s`;
  console.log(`${what}: ${seconds.toFixed(2)} s from start to exit, ${rate}`);
}

/** Runs a command to its end, stdout into a file. Throws unless it succeeds. */
async function cumulog(url: string, args: readonly string[], output?: string): Promise<void> {
  const fd = output === undefined ? undefined : openSync(output, "w");
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, CUMULOG_URL: url },
    stdio: ["ignore", fd ?? "inherit", "inherit"],
  });
  const [code] = await once(child, "close");
  if (fd !== undefined) closeSync(fd);
  if (code !== 0) throw new Error(`FAILED: cumulog ${args.join(" ")} ended with ${code}`);
}

async function readyUrl(server: ChildProcess): Promise<string> {
  let line = "";
  for await (const part of server.stdout ?? []) {
    line += part;
    const url = /^ready http=(\S+) .*\n/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("the server ended before it was ready");
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
