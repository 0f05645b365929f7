/**
 * Programs that the test starts, each with a PATH of its own: what lies in some node_modules/.bin must not hide what the
 * machine has. One that hangs is ended.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/** How a program ended. */
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Generous: only against hanging. */
const timeoutMs = 10 * 60_000;

/** Folders of programs that belong to the machine and to no package. */
const machinePath = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter(folder => !/node_modules[\\/]\.bin/.test(folder));

/** The Node that a user has, which may be older than ours; ours where there is none. */
export function machineNode(): string {
  const found = machinePath.map(folder => join(folder, "node")).find(existsSync);
  return found === undefined ? process.execPath : realpathSync(found);
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, input }: { readonly cwd: string; readonly input?: string },
): Promise<Ended> {
  const child = start(program, args, cwd);
  child.stdin?.end(input);
  return ended(child);
}

/** As run; throws when it failed. Answers with stdout. */
export async function succeed(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly input?: string },
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A program that goes on until it is told to stop. */
export type Server = {
  /** What it said when it was ready. */
  readonly ready: string;
  /** Ends it by SIGTERM. */
  readonly stop: () => Promise<Ended>;
};

/** Starts a server and waits for the line that says it is ready. Throws when it ends without. */
export async function serveWith(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Server> {
  const child = start(program, args, cwd, environment);
  const ending = ended(child);
  const ready = new Promise<string>(resolve => {
    let text = "";
    child.stdout?.on("data", (part: string) => {
      text += part;
      const line = /^ready .*$/m.exec(text);
      if (line) resolve(line[0]);
    });
  });
  const first = await Promise.race([ready, ending]);
  if (typeof first !== "string") throw new Error(`the server ended with ${first.code}\n${first.stderr}`);
  return {
    ready: first,
    stop: () => {
      child.kill("SIGTERM");
      return ending;
    },
  };
}

/** Starts a program without waiting for anything. */
export function start(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  const foreign = Object.keys(process.env).filter(name =>
    /^(CUMULOG_|NODE_OPTIONS|NODE_COMPILE_CACHE)/.test(name),
  );
  const env = {
    ...process.env,
    ...Object.fromEntries(foreign.map(name => [name, undefined])),
    PATH: machinePath.join(delimiter),
    ...environment,
  };
  return spawn(program, args, { cwd, env, timeout: timeoutMs });
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // A program that ends early does not read its input.
  child.stdin?.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", code => resolve({ code, stdout, stderr }));
  });
}
