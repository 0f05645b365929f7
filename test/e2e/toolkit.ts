/**
 * The CDK's toolkit, as it is pinned, against a cloud: the real command in a process of its own.
 */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import type { Cloud } from "./cloud.ts";

const root = join(import.meta.dirname, "..", "..");
const cdk = join(root, "node_modules", ".bin", "cdk");
/** Far longer than any command against an emulator takes. */
const commandMsMax = 10 * 60_000;

/** How a command ended, and what it said. */
export type CommandEnd = { readonly code: number; readonly output: string };

/** Runs `cdk` with these arguments. Nothing of the user's own configuration of AWS is seen. */
export function runToolkit(cloud: Cloud, folder: string, args: readonly string[]): Promise<CommandEnd> {
  const { endpoint, region, credentials, certificate } = cloud;
  return new Promise((resolve, reject) => {
    const child = spawn(cdk, [...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: commandMsMax,
      env: {
        ...withoutAws(process.env),
        PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_CONFIG_FILE: join(folder, "no-config"),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, "no-credentials"),
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_CA_BUNDLE: certificate.path,
        NODE_EXTRA_CA_CERTS: certificate.path,
        CDK_HOME: join(folder, "cdk-home"),
        CDK_DISABLE_CLI_TELEMETRY: "true",
        CI: "true",
        NO_COLOR: "1",
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.on("error", reject);
    child.on("close", code => resolve({ code: code ?? -1, output }));
  });
}

function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("AWS_")));
}
