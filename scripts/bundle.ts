/**
 * `npm run bundle [-- --measure]`: makes each function of lambdas/ one file, dist/lambdas/<name>/index.mjs, that needs
 * nothing beside it, and prints what it weighs. Fails when one grows past its limit: size is time of a cold start.
 *
 *   --measure   also loads each bundle in fresh processes, and says how long that takes
 *
 * Where esbuild or the sources are missing, in a package that was installed, the bundles that came with it are used.
 */
import { existsSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { type Bundle, bundle, weigh } from "./bundle/build.ts";
import { writeLicenses } from "./bundle/licenses.ts";
import { measure } from "./bundle/measure.ts";
import { renderSizes, renderTimes } from "./bundle/report.ts";

const root = join(import.meta.dirname, "..");
const output = join(root, "dist", "lambdas");
/** Minified, bytes. */
const bundleBytesMax = 1_000_000;
/** Import to ready, ms; a goal that a busy machine may miss. */
const readyMsGoal = 250;

const { values } = parseArgs({ options: { measure: { type: "boolean", default: false } } });
const bundles = await make();
console.log(renderSizes(bundles, bundleBytesMax));
if (values.measure) console.log(renderTimes(await measure(bundles), readyMsGoal));
const tooLarge = bundles.filter(({ bytes }) => bytes > bundleBytesMax);
for (const { name, bytes } of tooLarge)
  console.error(`${name} has ${bytes} bytes, ${bundleBytesMax} are allowed`);
if (tooLarge.length > 0) process.exitCode = 1;

async function make(): Promise<readonly Bundle[]> {
  const names = globSync("lambdas/*.ts", { cwd: root })
    .map(path => basename(path, ".ts"))
    .sort();
  const esbuild = await import("esbuild").catch(() => undefined);
  if (names.length === 0 || esbuild === undefined) return prebuilt();
  const made = await Promise.all(names.map(name => bundle(esbuild, { root, output, name })));
  writeLicenses(root, join(output, "LICENSES.txt"), made);
  return made;
}

function prebuilt(): readonly Bundle[] {
  const found = globSync("*/index.mjs", { cwd: output }).map(path => join(output, path));
  if (found.length === 0) throw new Error(`there is no esbuild (npm install) and no bundle in ${output}`);
  console.log(`the bundles of this package are used: ${output}`);
  return found.filter(path => existsSync(path)).map(path => weigh(basename(join(path, "..")), path));
}
