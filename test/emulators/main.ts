/**
 * `npm run test:emulators`: installs and starts what stands in for AWS, runs the contracts and the engine on each, and ends
 * with a table. An emulator that this machine cannot run is said to be so; one that should run and does not is a failure.
 * Names of emulators as arguments run only those: `npm run test:emulators -- moto`.
 */
import { join } from "node:path";
import { startVitest } from "vitest/node";
import { messageOf } from "../../lib/std/index.ts";
import { startDynamoDbLocal } from "./dynamodb-local.ts";
import type { Emulator } from "./emulator.ts";
import { installDynamoDbLocal } from "./install/dynamodb-local.ts";
import { EmulatorAbsent } from "./install/errors.ts";
import { installPythonEmulators } from "./install/python.ts";
import { startMinistack } from "./ministack.ts";
import { startMoto } from "./moto.ts";
import { EmulatorReport } from "./report.ts";

type Plan = {
  readonly name: string;
  /** Its file in suites/. */
  readonly suite: string;
  /** What must be there before it is started; nothing for those in the process of their suite. */
  readonly external?: {
    readonly install: () => Promise<unknown>;
    readonly start: () => Promise<Emulator>;
  };
};

const plans: readonly Plan[] = [
  { name: "dynalite and own S3 server", suite: "in-process" },
  { name: "moto", suite: "moto", external: { install: installPythonEmulators, start: startMoto } },
  {
    name: "ministack",
    suite: "ministack",
    external: {
      install: installPythonEmulators,
      start: () => startMinistack({ services: ["dynamodb", "s3"] }),
    },
  },
  {
    name: "DynamoDB Local",
    suite: "dynamodb-local",
    external: { install: installDynamoDbLocal, start: startDynamoDbLocal },
  },
];

type Outcome =
  | { readonly kind: "ready"; readonly plan: Plan; readonly emulator?: Emulator }
  | { readonly kind: "absent" | "failed"; readonly plan: Plan; readonly why: string };

async function main(names: readonly string[]): Promise<boolean> {
  const wanted = plans.filter(({ suite }) => names.length === 0 || names.includes(suite));
  if (wanted.length === 0)
    throw new Error(`no emulator of ${names.join()}: ${plans.map(({ suite }) => suite).join()}`);
  const outcomes: Outcome[] = [];
  try {
    // One after the other: what is said of the time to start is then its own.
    for (const plan of wanted) outcomes.push(await bringUp(plan));
    const ready = outcomes.filter(outcome => outcome.kind === "ready");
    const report = new EmulatorReport();
    // Told to run no file, vitest fails.
    if (ready.length > 0) await runSuites(ready, report);
    const others = outcomes.filter(outcome => outcome.kind !== "ready");
    const unready = others.map(({ plan, why }) => ({ name: plan.name, why }));
    process.stdout.write(`${report.toText(unready)}\n`);
    return report.isGood && others.every(({ kind }) => kind === "absent");
  } finally {
    await Promise.all(outcomes.map(outcome => outcome.kind === "ready" && outcome.emulator?.close()));
  }
}

async function bringUp(plan: Plan): Promise<Outcome> {
  if (plan.external === undefined) return { kind: "ready", plan };
  try {
    await plan.external.install();
    const startMs = performance.now();
    const emulator = await plan.external.start();
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    process.stderr.write(`${emulator.name} ${emulator.version} ready after ${seconds} s\n`);
    return { kind: "ready", plan, emulator };
  } catch (error) {
    const reason = messageOf(error);
    if (error instanceof EmulatorAbsent) return { kind: "absent", plan, why: `not run: ${reason}` };
    process.stderr.write(`${plan.name}: ${reason}\n`);
    return { kind: "failed", plan, why: "FAILED to start, see above" };
  }
}

async function runSuites(
  ready: readonly Extract<Outcome, { kind: "ready" }>[],
  report: EmulatorReport,
): Promise<void> {
  const emulators = ready.flatMap(({ emulator }) => (emulator === undefined ? [] : [emulator]));
  const vitest = await startVitest([], {
    config: false,
    watch: false,
    root: join(import.meta.dirname, "..", ".."),
    include: ready.map(({ plan }) => `test/emulators/suites/${plan.suite}.ts`),
    provide: { emulators: emulators.map(({ name, version, url }) => ({ name, version, url })) },
    reporters: ["dot", report],
    pool: "forks",
    maxWorkers: 2,
    expect: { requireAssertions: true },
    // Only against hanging: emulators are slow, and share the machine with the tests.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  });
  await vitest.close();
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
