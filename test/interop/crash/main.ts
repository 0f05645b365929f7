/**
 * `npm run test:interop:crash -- [--rounds N] [--seed S]`: kill -9 of the real server while an idempotent producer of
 * librdkafka writes over the wire. What it acknowledged is there, once and in order. Installs its client as the interop
 * suite does.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installPythonClients } from "../install/python.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "50" }, seed: { type: "string", default: "1" } },
});
const { python } = await installPythonClients();
const directory = mkdtempSync(join(tmpdir(), "cumulog-interop-crash-"));
const port = String(await freePort());
const bin = join(import.meta.dirname, "..", "..", "..", "bin", "cumulog.js");
const server = [process.execPath, bin, "serve", "--data-dir", join(directory, "data"), "--http-port", "0"];
const { status } = spawnSync(
  python,
  [
    join(import.meta.dirname, "idempotent.py"),
    values.rounds,
    values.seed,
    port,
    ...server,
    "--kafka-port",
    port,
    "--log-level",
    "error",
  ],
  { stdio: "inherit" },
);
if (status === 0) rmSync(directory, { recursive: true, force: true });
else console.log(`the data is left in ${directory}`);
process.exitCode = status ?? 1;

/** The server comes back to the same port each time: clients know no other. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
