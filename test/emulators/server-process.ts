/**
 * A server in a process of its own, on a free port. It ends when it is told to, and when this process ends in any way.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poll } from "./poll.ts";
import { close, listen } from "./socket.ts";

/** Emulators need one or two seconds; a busy machine more. */
const readyMsMax = 60_000;
/** A free port may be taken by someone else before the server has it. */
const attemptsMax = 3;
/** Of what it said, this much is kept to tell why it ended. */
const keptCharacters = 4000;

const guard = join(import.meta.dirname, "guard.ts");

/** What is started, given its port and a directory for whatever it wants to write. */
export type ServerCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export type ServerPlan = {
  readonly name: string;
  readonly command: (port: number, directory: string) => ServerCommand;
  /** Whether the server at this URL serves. A connection that is refused counts as no. */
  readonly isReady: (url: string) => Promise<boolean>;
};

export type ServerProcess = { readonly url: string; close(): Promise<void> };

/** The server ended before it was ready, or did not get ready. */
export class ServerDidNotStart extends Error {
  override readonly name = "ServerDidNotStart";
}

/** Starts a server and waits until it serves. */
export async function startServerProcess(plan: ServerPlan): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(plan);
    } catch (error) {
      const isPortTaken = error instanceof ServerDidNotStart && /in use|EADDRINUSE/i.test(error.message);
      if (!isPortTaken || attempt === attemptsMax) throw error;
    }
  }
}

/** Asks a server that may not be there yet. The connection is free again once this answers. */
export async function answerOf(url: string): Promise<Response> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer;
}

async function startOnce(plan: ServerPlan): Promise<ServerProcess> {
  const directory = await mkdtemp(join(tmpdir(), "cumulog-emulator-"));
  const port = await freePort();
  const { command, args, env } = plan.command(port, directory);
  const child = spawn(process.execPath, [guard, directory, command, ...args], {
    cwd: directory,
    detached: true,
    env: { ...process.env, ...env, TMPDIR: directory },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const said = listenTo(child);
  // Not "exit": what it said last is read by then.
  let hasEnded = false;
  let isServing = false;
  const ended = once(child, "close").then(() => {
    hasEnded = true;
    if (isServing) process.stderr.write(`${plan.name} ended by itself: ${said().trim()}\n`);
  });
  const end = async (): Promise<void> => {
    isServing = false;
    child.stdin?.destroy();
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await poll(`${plan.name} at ${url}`, readyMsMax, async () => {
      if (hasEnded) throw new ServerDidNotStart(`${plan.name} ended before it was ready: ${said().trim()}`);
      return (await plan.isReady(url).catch(() => false)) ? true : undefined;
    });
  } catch (error) {
    await end();
    throw error;
  }
  isServing = true;
  return { url, close: end };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const url = await listen(server);
  await close(server);
  return Number(new URL(url).port);
}

/** Keeps the last of what a process says. */
function listenTo(child: ChildProcess): () => string {
  let kept = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      kept = (kept + text).slice(-keptCharacters);
    });
  return () => kept;
}
