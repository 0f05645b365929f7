/**
 * The one process of a web function: it listens where it is told, serves many requests at once, and ends on SIGTERM.
 * https://docs.aws.amazon.com/lambda/latest/dg/web-functions-env-lifecycle.html
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { answerOf } from "../../../emulators/server-process.ts";
import { close, listen } from "../../../emulators/socket.ts";

/** Loading a bundle takes a moment, and a busy machine more. */
const readyMsMax = 30_000;

export type WebProcess = { readonly url: string; readonly close: () => Promise<void> };

/** Starts the entry point; resolves when it takes connections. Throws when it ends before, or takes too long. */
export async function startWebProcess(plan: {
  readonly folder: string;
  readonly entryPoint: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}): Promise<WebProcess> {
  const free = createServer();
  const url = await listen(free);
  await close(free);
  const child = spawn(process.execPath, [join(plan.folder, plan.entryPoint)], {
    cwd: plan.folder,
    env: { ...plan.environment, AWS_LAMBDA_HTTP_ENDPOINT: new URL(url).host },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  let isOver = false;
  const ended = once(child, "close").then(() => {
    isOver = true;
    process.off("exit", kill);
  });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", plan.onLine);
  const deadlineMs = performance.now() + readyMsMax;
  while (!(await answerOf(`${url}/livez`).catch(() => undefined)))
    if (isOver || performance.now() > deadlineMs) throw new Error("the web function does not listen");
  return {
    url,
    close: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
