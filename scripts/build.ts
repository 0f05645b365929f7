/**
 * `npm run build`, also before a package is packed: what cannot run as it is under node_modules. `dist/lib`, `dist/cli` and
 * `dist/cdk` are the sources without their types, beginning with the entries of tsconfig.build.json; `dist/lambdas` are
 * the bundled functions (scripts/bundle.ts). Says nothing on stdout, where `npm pack --json` answers.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");

// What was built of a source that is gone must not be packed.
for (const folder of ["lib", "cli", "cdk"])
  rmSync(join(root, "dist", folder), { recursive: true, force: true });
run(compiler, "--project", join(root, "tsconfig.build.json"));
run(join(root, "scripts", "bundle.ts"));

function run(...args: readonly string[]): void {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw error ?? new Error(`${args.join(" ")} ended with ${status}`);
}
