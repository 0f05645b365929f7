/**
 * `npm run soak -- [--minutes N] [--seed S]`: the real server for an hour, with an upkeep that hardly rests, under idempotent
 * producers and groups, killed about once a minute.
 *
 *   --minutes     how long; 60 unless told
 *   --seed        decides what the soak decides (the machine decides the rest); printed
 *   --life        how long a server lives, seconds, about; 60 unless told
 *   --pause       between two batches of a producer, ms, on average: how much is done
 *   --directory   where the data lies; removed when all is well
 *
 * Prints a line for each life of the server. Exits with 0 when every promise was kept.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { processorSecondsOf } from "../../../bench/processor.ts";
import { Prng } from "../../sim/world/prng.ts";
import { type CounterName, counterNames } from "./figures.ts";
import { Soak, type SoakFigures } from "./soak.ts";

const mebibyte = 1024 * 1024;
const shownProblemsMax = 20;
const words: Readonly<Record<CounterName, string>> = {
  made: "objects made",
  merged: "merged",
  cleaned: "cleaned by key",
  cleanedRecords: "records superseded",
  expired: "expired",
  purged: "topics purged",
  sweptObjects: "objects swept",
  sweptItems: "items swept",
  failures: "turns failed",
  quarantined: "quarantined",
  unreadable: "unreadable",
};

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    life: { type: "string", default: "60" },
    pause: { type: "string", default: "250" },
    directory: { type: "string", default: tmpdir() },
  },
});
const directory = mkdtempSync(join(values.directory, "cumulog-soak-"));
const startedMs = performance.now();
const soak = new Soak(
  { random: new Prng(`soak/${values.seed}`) },
  {
    directory,
    lifeMs: positive("life", values.life) * 1000,
    pace: { producerMs: positive("pause", values.pause), followerMs: 2 * positive("pause", values.pause) },
  },
);
const endMs = startedMs + positive("minutes", values.minutes) * 60_000;
console.log(`soak, seed ${values.seed}, in ${directory}`);
let [rounds, shown] = [0, 0];
while (performance.now() < endMs && soak.problems.length === 0) {
  await soak.round();
  say(`life ${++rounds}`);
}
await soak.last();
say("in the end");
if (soak.problems.length === 0) rmSync(directory, { recursive: true, force: true });
else console.log(`the data is left in ${directory}`);
console.log(
  soak.problems.length === 0
    ? "soak passed: every promise was kept"
    : `soak FAILED: ${soak.problems.length} problems`,
);
process.exitCode = soak.problems.length === 0 ? 0 : 1;

/** One line, and what is wrong since the last. */
function say(title: string): void {
  console.log(`${title}, ${Math.round((performance.now() - startedMs) / 1000)} s: ${describe(soak.figures)}`);
  for (const problem of soak.problems.slice(shown, shown + shownProblemsMax)) console.log(`  ${problem}`);
  shown = soak.problems.length;
}

function describe(figures: SoakFigures): string {
  const { counted } = figures;
  const seconds = (performance.now() - startedMs) / 1000;
  const share = (used: number): string => `${((100 * used) / seconds).toFixed(0)} %`;
  return [
    `${figures.acknowledged} records acknowledged`,
    `${figures.readBack} read back`,
    `${figures.commits} commits`,
    `${figures.kills} kills`,
    `${figures.remade} topics remade`,
    ...counterNames.map(name => `${counted[name]} ${words[name]}`),
    `${Math.round(figures.residentBytesMax / mebibyte)} MiB resident at most`,
    `${Math.round(figures.diskBytes / mebibyte)} MiB on disk`,
    `${figures.checkedChunks} chunks of ${Math.round(figures.checkedBytes / mebibyte)} MiB checked`,
    `${share(figures.processorSeconds)} of a core, and ${share(processorSecondsOf(process.pid))} for the soak`,
    `${soak.problems.length} findings`,
  ].join(", ");
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} ${text} is no number above 0`);
  return value;
}
