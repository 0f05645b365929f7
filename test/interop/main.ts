/**
 * `npm run test:interop`: clients that nobody here wrote, against the server as users start it, over memory and over a data
 * directory; and a crowd of members over three servers that share one log. Installs what the machine lacks into `.interop/`.
 * Names of clients as arguments run only those, and `--memory`, `--data-dir` or `--gateways` only that pass. `--long` tries
 * all of groups over the data directory too; `--without-groups` tries none of them.
 */
import { messageOf } from "../../lib/std/index.ts";
import { EmulatorAbsent } from "../emulators/install/errors.ts";
import { type Client, clients } from "./clients.ts";
import { type GroupFeature, groupFeatures } from "./features.ts";
import { runChurn } from "./groups/churn.ts";
import type { MemberClient } from "./groups/clients.ts";
import { absentColumn, type ReadyClient, runPass } from "./pass.ts";
import { countsOf, type Pass, toText } from "./report.ts";

const passNames = ["memory", "data-dir", "gateways"] as const;

type Absent = { readonly client: Client; readonly why: string; readonly isFault: boolean };

async function main(args: readonly string[]): Promise<boolean> {
  const chosenPasses = passNames.filter(name => args.includes(`--${name}`));
  const wanted = chosen(args.filter(arg => !arg.startsWith("--")));
  const startMs = performance.now();
  const { ready, absent } = await installAll(wanted);
  const installedMs = performance.now();
  const passes: Pass[] = [];
  for (const name of chosenPasses.length > 0 ? chosenPasses : passNames) {
    if (name !== "gateways") {
      passes.push(await runPass(name, ready, { groupTrials: groupTrialsOf(name, args) }));
      continue;
    }
    const crowd = crowdOf(ready);
    if (crowd.length > 0) passes.push(await runChurn(crowd));
  }
  const columns = absent.map(({ client, why, isFault }) => absentColumn(client, why, isFault));
  if (columns.length > 0) passes.push({ title: "could not be installed", columns, complaints: [] });
  for (const each of passes) process.stdout.write(`${toText(each)}\n\n`);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`;
  const runMs = performance.now() - installedMs;
  process.stdout.write(`installed in ${seconds(installedMs - startMs)}, run in ${seconds(runMs)}\n`);
  const { passed, failed, skipped } = countsOf(passes);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return failed === 0;
}

/** Members take their time: over a data directory the first of them says enough, unless more is asked for. */
function groupTrialsOf(pass: "memory" | "data-dir", args: readonly string[]): readonly GroupFeature[] {
  if (args.includes("--without-groups")) return [];
  return pass === "data-dir" && !args.includes("--long") ? ["group"] : groupFeatures;
}

/** Those that share an assignor. The one that costs least comes first, and has most of the members. */
function crowdOf(ready: readonly ReadyClient[]): MemberClient[] {
  return ["franz-go", "confluent-kafka", "kafka-python", "kafka-clients-4"].flatMap(name => {
    const found = ready.find(({ client }) => client.name === name);
    return found?.client.member === undefined ? [] : [found.client.member(found.program)];
  });
}

function chosen(names: readonly string[]): readonly Client[] {
  const unknown = names.filter(name => !clients.some(client => client.name === name));
  if (unknown.length > 0)
    throw new Error(`no client ${unknown.join()}: ${clients.map(({ name }) => name).join(" ")}`);
  return clients.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function installAll(wanted: readonly Client[]) {
  const ready: ReadyClient[] = [];
  const absent: Absent[] = [];
  for (const client of wanted) {
    try {
      ready.push({ client, program: await client.install() });
    } catch (error) {
      absent.push({ client, why: messageOf(error), isFault: !(error instanceof EmulatorAbsent) });
    }
  }
  return { ready, absent };
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
