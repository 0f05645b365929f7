/**
 * `npm run test:fuzz -- [--cases N] [--seed S]`: damaged frames through the Kafka port's decoder.
 *
 *   --cases   how many; 100,000 unless told
 *   --seed    decides all of it; 1 unless told
 *
 * Exits with 0 when every frame was understood or refused by one of the errors meant for it, and nothing grew.
 */
import { parseArgs } from "node:util";
import { fuzz } from "./run.ts";

const { values } = parseArgs({
  options: { cases: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const startedMs = performance.now();
const { cases, decoded, refused, answerable, byDamage, faults, densityMax } = fuzz({
  cases: natural("cases", values.cases),
  seed: natural("seed", values.seed),
});
const seconds = (performance.now() - startedMs) / 1000;
for (const [damage, count] of [...byDamage].sort()) console.log(`${String(count).padStart(9)}  ${damage}`);
console.log(
  `${cases} cases of seed ${values.seed} in ${seconds.toFixed(1)} s: ${decoded} decoded, ${refused} refused, ` +
    `${answerable} with a header that is served; at most ${densityMax.toFixed(2)} elements a byte; ` +
    `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB of memory at most`,
);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

function natural(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} ${text} is no count`);
  return Number(text);
}
