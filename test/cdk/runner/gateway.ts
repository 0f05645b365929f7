/**
 * A gateway: `cumulog serve --backend aws` as users start it, in a process of its own that knows nothing but its role,
 * the region and where AWS is.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { emulatorRegion } from "../../emulators/index.ts";
import type { Deployment } from "./deployment.ts";

const shim = join(import.meta.dirname, "..", "..", "..", "bin", "cumulog.js");

/** One that runs. */
export type Gateway = {
  /** Of the HTTP API. */
  readonly url: string;
  readonly port: number;
  /** `127.0.0.1:41234`. */
  readonly bootstrap: string;
  /** Everything that it wrote so far. */
  readonly said: () => string;
  /** Ends it by SIGTERM; answers with its exit code. */
  readonly stop: () => Promise<number | null>;
};

/** The gateway ended before it served. The message is what it said. */
export class GatewayDidNotStart extends Error {
  override readonly name = "GatewayDidNotStart";
}

/** Starts one with the role; it serves when this resolves. Throws GatewayDidNotStart. */
export async function startGateway(deployment: Deployment, stack: string, role: string): Promise<Gateway> {
  const [table = ""] = deployment.dynamoDb.tables;
  const [bucket = ""] = deployment.s3.buckets;
  const credentials = deployment.credentialsOf(stack, role);
  const places = ["--backend", "aws", "--table", table, "--bucket", bucket];
  const child = spawn(
    process.execPath,
    [shim, "serve", ...places, "--http-port", "0", "--kafka-port", "0", "--log-level", "info"],
    {
      env: {
        PATH: process.env["PATH"],
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
        AWS_REGION: emulatorRegion,
        AWS_ENDPOINT_URL: deployment.awsUrl,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  // It must not outlive the tests, however they end.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(child, "close").then(() => process.off("exit", kill));
  let said = "";
  const address = new Promise<{ readonly url: string; readonly bootstrap: string }>(resolve => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const [, url, bootstrap] = /^ready http=(\S+) kafka=(\S+)/m.exec(said) ?? [];
        if (url !== undefined && bootstrap !== undefined) resolve({ url, bootstrap });
      });
  });
  const addresses = await Promise.race([address, ended.then(() => undefined)]);
  if (addresses === undefined) throw new GatewayDidNotStart(said);
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    await ended;
    return child.exitCode;
  };
  const { url, bootstrap } = addresses;
  return { url, bootstrap, port: Number(bootstrap.split(":").at(-1)), said: () => said, stop };
}
