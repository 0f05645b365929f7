/**
 * `npm run test:e2e`: deploys the log with the real toolkit to an emulator of AWS that it installs and starts, runs the smoke
 * through it and takes it down again. With CUMULOG_E2E_URL set it runs the same smoke against that deployment instead, and
 * neither deploys nor destroys anything. A machine that cannot run the emulator is said to be so, and that is no failure.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmulatorAbsent } from "../emulators/index.ts";
import { runDeployed } from "./deployed.ts";
import { runEmulated } from "./emulated.ts";
import { Phases } from "./phases.ts";

const folder = await mkdtemp(join(tmpdir(), "cumulog-e2e-"));
const phases = new Phases();
try {
  if (process.env["CUMULOG_E2E_URL"] === undefined) await runEmulated(phases, folder);
  else await runDeployed(phases, process.env);
  process.stdout.write(`passed: ${phases.toText()}\n`);
} catch (error) {
  if (error instanceof EmulatorAbsent) process.stdout.write(`not run: ${error.message}\n`);
  else {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.stdout.write(`failed after ${phases.toText()}\n`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
