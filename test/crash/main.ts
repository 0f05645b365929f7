/**
 * `npm run test:crash -- [--rounds N] [--seed S]`: ends the log again and again and looks for what it acknowledged.
 *
 *   --rounds   how many of each mode; 50 unless told
 *   --seed     decides what the test decides (the machine decides the rest); printed
 *   --from     the number of the first round: to replay one
 *   --mode     kill (kill -9 of the real server) or power-loss (what was not synced is lost too); both unless told
 *
 * Exits with 0 when every promise was kept. A failing round keeps its directory: the data, the history and what is
 * wrong with it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judge } from "./judge.ts";
import { runKillRound } from "./kill-round.ts";
import { runPowerLossRound } from "./power-loss-round.ts";
import type { RoundResult, RoundSettings } from "./round.ts";

const modes: Readonly<Record<string, (settings: RoundSettings) => Promise<RoundResult>>> = {
  kill: runKillRound,
  "power-loss": runPowerLossRound,
};
const shownViolationsMax = 10;

const { rounds, from, seed, chosen } = parse(process.argv.slice(2));
let failures = 0;
for (const [mode, run] of chosen) {
  const startedMs = performance.now();
  const results: RoundResult[] = [];
  for (let round = from; round < from + rounds; round++) {
    const directory = mkdtempSync(join(tmpdir(), "cumulog-crash-"));
    const result = await run({ seed: `${seed}-${round}`, directory });
    results.push(result);
    const violations = judge(result);
    console.log(`${mode} ${round}: ${violations.length === 0 ? "" : "FAILED, "}${describe([result])}`);
    if (violations.length === 0) rmSync(directory, { recursive: true, force: true });
    else {
      failures++;
      keep(directory, result, violations);
      console.log(`  again: npm run test:crash -- --mode ${mode} --seed ${seed} --from ${round} --rounds 1`);
    }
  }
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(`${mode}, seed ${seed}: ${rounds} rounds in ${seconds} s, ${describe(results)}`);
}
const all = rounds * chosen.length;
console.log(
  failures === 0
    ? `crash test passed: ${all} of ${all} rounds kept every promise`
    : `crash test FAILED: ${failures} of ${all} rounds broke a promise`,
);
process.exitCode = failures === 0 ? 0 : 1;

/** Writes down what explains the failure, beside the data. */
function keep(directory: string, { history }: RoundResult, violations: readonly string[]): void {
  const lines = history.map(event => `${JSON.stringify(event)}\n`);
  writeFileSync(join(directory, "history.jsonl"), lines.join(""));
  writeFileSync(join(directory, "violations.txt"), `${violations.join("\n")}\n`);
  for (const violation of violations.slice(0, shownViolationsMax)) console.log(`  ${violation}`);
  if (violations.length > shownViolationsMax)
    console.log(`  and ${violations.length - shownViolationsMax} more`);
  console.log(`  kept in ${directory}`);
}

function describe(of: readonly RoundResult[]): string {
  const sum = (value: (result: RoundResult) => number): number =>
    of.reduce((total, result) => total + value(result), 0);
  const slowest = Math.max(0, ...of.flatMap(({ openMs }) => openMs));
  return [
    `${sum(({ crashes }) => crashes)} crashes`,
    `${sum(({ crashesDuringWrite }) => crashesDuringWrite)} during a write`,
    `${sum(({ acknowledged }) => acknowledged)} records acknowledged`,
    `${sum(({ readInTheEnd }) => readInTheEnd)} read back`,
    `slowest opening ${Math.round(slowest)} ms`,
  ].join(", ");
}

/** What the command line asks for. Throws on what cannot be meant. */
function parse(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "50" },
      from: { type: "string", default: "1" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      mode: { type: "string" },
    },
  });
  const chosen = Object.entries(modes).filter(([mode]) => values.mode === undefined || values.mode === mode);
  if (chosen.length === 0)
    throw new Error(`--mode ${values.mode}: there are ${Object.keys(modes).join(", ")}`);
  return {
    rounds: count("rounds", values.rounds),
    from: count("from", values.from),
    seed: values.seed,
    chosen,
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} ${text} is no whole number above 0`);
  return value;
}
