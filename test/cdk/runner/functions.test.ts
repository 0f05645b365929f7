/**
 * Lambda alone: one event at a time for each process, frozen in between, with exactly the environment that it was given.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poll } from "../../emulators/poll.ts";
import { temporaryDirectories } from "../../support/temporary-directory.ts";
import { type FunctionDefinition, type Invoked, Lambda, lambdaLimits } from "./functions/index.ts";

/** Signals and lines arrive at once, unless the machine is busy. */
const arrivedMsMax = 10_000;
const directory = temporaryDirectories();
const place = { account: "111122223333", region: "eu-west-1" };
const lines: string[] = [];
let lambda: Lambda;

/** A function for each thing that one can do. */
const sources: Readonly<Record<string, string>> = {
  echo: "console.log('seen'); return { event, keys: Object.keys(process.env), timeoutMs: context.getRemainingTimeInMillis() };",
  names: "return { ...context, variable: process.env.OWN };",
  count: "globalThis.count = (globalThis.count ?? 0) + 1; return { count, process: process.pid };",
  fail: "throw new TypeError('no');",
  exit: "process.exit(3);",
  hang: "return new Promise(() => {});",
  large: "return 'x'.repeat(event.length);",
};

beforeAll(async () => {
  const root = await directory();
  const definitions = await Promise.all(
    Object.entries({ ...sources, broken: "" }).map(async ([name, source]): Promise<FunctionDefinition> => {
      const folder = join(root, name);
      await mkdir(folder);
      const text =
        name === "broken"
          ? "throw new Error('at once');"
          : `export const handler = async (event, context) => { ${source} };`;
      await writeFile(join(folder, "index.mjs"), text);
      return {
        name,
        arn: name,
        role: "the role",
        folder,
        handler: "index.handler",
        memoryMiB: 128,
        timeoutMs: name === "hang" ? 200 : 10_000,
        logGroup: "the group",
        logLevel: "INFO",
        variables: { OWN: "value" },
      };
    }),
  );
  lambda = new Lambda(
    {
      awsUrl: "http://127.0.0.1:1",
      place,
      assume: role => ({ accessKeyId: `key of ${role}`, secretAccessKey: "secret", sessionToken: "session" }),
      log: ({ name }, _stream, line) => lines.push(`${name}: ${line}`),
    },
    definitions,
  );
});
afterAll(() => lambda.close());

const payloadOf = (invoked: Invoked) => {
  expect(invoked.kind).toBe("result");
  return JSON.parse(invoked.kind === "result" ? invoked.payload : "null");
};
const call = async (name: string, event: unknown = {}) => payloadOf(await lambda.invoke(name, event));

describe("a function", () => {
  it("gets its event, its time, and an environment of nothing but its own and Lambda's", async () => {
    const { event, keys, timeoutMs } = await call("echo", { a: "é" });
    expect(event).toEqual({ a: "é" });
    expect(timeoutMs).toBeGreaterThan(0);
    expect(timeoutMs).toBeLessThanOrEqual(10_000);
    const own = (keys as readonly string[]).filter(key => !/^(AWS|LAMBDA)_/.test(key));
    // What macOS adds to every process is not ours.
    expect(own.filter(key => key !== "__CF_USER_TEXT_ENCODING").sort()).toEqual([
      "LANG",
      "OWN",
      "PATH",
      "TZ",
      "_HANDLER",
    ]);
    // What it wrote comes another way than its result.
    const line = await poll("its line", arrivedMsMax, async () => lines.find(each => each === "echo: seen"));
    expect(line).toBe("echo: seen");
  });

  it("is told its names", async () => {
    expect(await call("names")).toMatchObject({
      functionName: "names",
      functionVersion: "$LATEST",
      memoryLimitInMB: "128",
      logGroupName: "the group",
      variable: "value",
    });
  });

  it("keeps its process for the next event, and has another for one that comes meanwhile", async () => {
    const first = await call("count");
    expect(await call("count")).toEqual({ count: 2, process: first.process });
    const both = await Promise.all([call("count"), call("count")]);
    expect(new Set(both.map(each => each.process)).size).toBe(2);
    await lambda.cool();
    expect((await call("count")).count).toBe(1);
  });

  it.skipIf(process.platform !== "linux")("is frozen between two events (needs /proc)", async () => {
    const { process: pid } = await call("count");
    const state = await poll("the process is stopped", arrivedMsMax, async () => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8");
      return stat.includes(") T ") ? "stopped" : undefined;
    });
    expect(state).toBe("stopped");
    expect((await call("count")).process).toBe(pid);
  });

  it.each([
    ["throws", "fail", "TypeError"],
    ["ends its process", "exit", "Runtime.ExitError"],
    ["does not end in time", "hang", "Sandbox.Timedout"],
    ["cannot be loaded", "broken", "Error"],
  ])("that %s is an error, and the next event is served anew", async (_how, name, errorType) => {
    for (const _ of [1, 2])
      expect(await lambda.invoke(name, {})).toMatchObject({ kind: "error", error: { errorType } });
  });

  it("takes events and gives results up to their limits", async () => {
    const { eventBytesMax, resultBytesMax } = lambdaLimits;
    expect((await lambda.invoke("large", "x".repeat(eventBytesMax - 2))).kind).toBe("result");
    expect((await lambda.invoke("large", "x".repeat(eventBytesMax - 1))).kind).toBe("too-large");
    expect((await lambda.invoke("large", { length: resultBytesMax - 2 })).kind).toBe("result");
    expect(await lambda.invoke("large", { length: resultBytesMax - 1 })).toMatchObject({
      kind: "error",
      error: { errorType: "Function.ResponseSizeTooLarge" },
    });
  });
});
