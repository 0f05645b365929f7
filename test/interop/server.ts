/** The real server, started as users start it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveWith } from "../package/processes.ts";

/** Where the log lies in one pass. */
export type Place = "memory" | "data-dir";

export type RunningServer = {
  readonly bootstrap: string;
  readonly url: string;
  /** Ends it. Answers with what it had to complain of: nothing, when all is well. */
  readonly close: () => Promise<readonly string[]>;
};

const shim = join(import.meta.dirname, "..", "..", "bin", "cumulog.js");

/** Members that are killed are missed soon. */
const groupSettings = [
  "--group-min-session-timeout-ms",
  "1000",
  "--group-consumer-session-timeout-ms",
  "8000",
  "--group-consumer-heartbeat-interval-ms",
  "1000",
];

/** What is compacted by hand need not be an hour old. */
const upkeepSettings = ["--compaction-age-ms", "0"];

/** Starts it on free ports, over a log of its own. */
export async function startServer(place: Place): Promise<RunningServer> {
  const directory = await mkdtemp(join(tmpdir(), "cumulog-interop-"));
  const where = place === "memory" ? ["--memory"] : ["--data-dir", join(directory, "data")];
  return startServerWith(where, { directory });
}

/** Starts it on free ports, over the log that its arguments name. The directory goes with it. */
export async function startServerWith(
  where: readonly string[],
  { directory, environment }: { readonly directory: string; readonly environment?: NodeJS.ProcessEnv },
): Promise<RunningServer> {
  const ports = ["--http-port", "0", "--kafka-port", "0"];
  const args = [
    shim,
    "serve",
    ...where,
    ...ports,
    "--log-level",
    "info",
    ...groupSettings,
    ...upkeepSettings,
  ];
  const server = await serveWith(process.execPath, args, directory, environment);
  const [, url, bootstrap] = /http=(\S+) kafka=(\S+)/.exec(server.ready) ?? [];
  if (url === undefined || bootstrap === undefined) throw new Error(`not understood: ${server.ready}`);
  return {
    bootstrap,
    url,
    close: async () => {
      const { code, stderr } = await server.stop();
      await rm(directory, { recursive: true, force: true });
      const errors = stderr.split("\n").filter(line => line.includes("ERROR"));
      return code === 0 ? errors : [`the server ended with ${code}: ${stderr.slice(-2000)}`, ...errors];
    },
  };
}
