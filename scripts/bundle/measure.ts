/**
 * How long a bundle takes from its import until it is ready for a request: in a process of its own each time, as a cold
 * start is. Clients are made, nothing is asked of them.
 */
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import type { Bundle } from "./build.ts";

/** What the loads of one bundle took, ms: by the clock, and of the processor, which neighbours change less. */
export type Times = {
  readonly name: string;
  readonly readyMs: readonly number[];
  readonly processorMs: readonly number[];
};

const starts = 10;
/** What a function is told; nothing listens there. */
const environment = {
  CUMULOG_TABLE: "table",
  CUMULOG_BUCKET: "bucket",
  AWS_REGION: "eu-central-1",
  AWS_LAMBDA_HTTP_ENDPOINT: "127.0.0.1:0",
};

/** Measures every bundle, in turns, so that what slows one down slows them all. */
export async function measure(bundles: readonly Bundle[]): Promise<readonly Times[]> {
  const times = bundles.map(({ name, path }) => ({
    name,
    path,
    readyMs: [] as number[],
    processorMs: [] as number[],
  }));
  for (let start = 0; start < starts; start++)
    for (const { path, readyMs, processorMs } of times) {
      const [ready, processor] = load(path);
      readyMs.push(ready);
      processorMs.push(processor);
    }
  return times;
}

function load(path: string): readonly [number, number] {
  const url = JSON.stringify(pathToFileURL(path).href);
  const code = `
    const [began, before] = [performance.now(), process.cpuUsage()];
    await import(${url});
    const [ms, { user, system }] = [performance.now() - began, process.cpuUsage(before)];
    console.log(JSON.stringify([ms, (user + system) / 1000]));
    process.exit();`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (!stdout.startsWith("[")) throw new Error(`${path} cannot be loaded: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}
