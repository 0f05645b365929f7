/**
 * The real server in a process of its own: node directly on the entry of the command line, as `npm start` runs it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { processorSecondsOf } from "./processor.ts";
import { residentBytesOf } from "./resident.ts";

const root = join(import.meta.dirname, "..");
/** The Node of the lockfile, not whatever runs this. */
const pinnedNode = join(root, "node_modules", ".bin", "node");
const node = existsSync(pinnedNode) ? pinnedNode : process.execPath;
/** Of what it said on stderr, this much is kept to tell why it ended. */
const keptErrorCharacters = 4000;

/** The process ended before it was ready, or did not get ready in time. */
export class ServerDidNotStart extends Error {
  override readonly name = "ServerDidNotStart";
}

export class ServerProcess {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** `127.0.0.1:41235`, for Kafka's clients. */
  readonly kafkaAddress: string;
  /** From the start of the process to its `ready` line. */
  readonly readyMs: number;
  readonly #process: ChildProcess;

  private constructor(
    child: ChildProcess,
    { url, kafkaAddress }: Pick<ServerProcess, "url" | "kafkaAddress">,
    readyMs: number,
  ) {
    this.#process = child;
    this.url = url;
    this.kafkaAddress = kafkaAddress;
    this.readyMs = readyMs;
  }

  /**
   * Starts a server on a free port and waits for its `ready` line. `onSpawned` is given a way to kill it before that.
   * Throws ServerDidNotStart; then the process is gone.
   */
  static async start(
    args: readonly string[],
    options: { readonly readyMsMax: number; readonly onSpawned?: (kill: () => void) => void },
  ): Promise<ServerProcess> {
    const startedMs = performance.now();
    const child = spawn(
      node,
      [
        join(root, "bin", "cumulog.js"),
        "serve",
        "--http-port",
        "0",
        "--kafka-port",
        "0",
        "--log-level",
        "warn",
        ...args,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    options.onSpawned?.(() => child.kill("SIGKILL"));
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-keptErrorCharacters);
    });
    const tooLate = setTimeout(() => child.kill("SIGKILL"), options.readyMsMax);
    const line = await firstLine(child);
    clearTimeout(tooLate);
    const readyMs = performance.now() - startedMs;
    const url = /^ready .*\bhttp=(\S+)/.exec(line ?? "")?.[1];
    const kafkaAddress = /\bkafka=(\S+)/.exec(line ?? "")?.[1] ?? "";
    if (url !== undefined) return new ServerProcess(child, { url, kafkaAddress }, readyMs);
    const [code, signal] = await ended(child);
    throw new ServerDidNotStart(
      `the server ended with ${code ?? signal} after ${Math.round(readyMs)} ms, before it was ready: ${errors.trim()}`,
    );
  }

  /** Memory of the process that is in use now, bytes. */
  residentBytes(): number {
    return residentBytesOf(this.#process.pid);
  }

  /** Time of the processors that all its threads have had, seconds. */
  processorSeconds(): number {
    return processorSecondsOf(this.#process.pid);
  }

  /** Ends it as SIGTERM does, draining; answers with its exit code. */
  async stop(): Promise<number | null> {
    this.#process.kill("SIGTERM");
    const [code] = await ended(this.#process);
    return code;
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await ended(this.#process);
  }
}

/** The first line on stdout; undefined when there is none. What follows is read and dropped. */
async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined;
  const lines = createInterface({ input: child.stdout });
  const found = await Promise.race([once(lines, "line"), once(lines, "close")]);
  const [line] = found as readonly unknown[];
  return typeof line === "string" ? line : undefined;
}

async function ended(child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null]> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return [child.exitCode, child.signalCode];
}
