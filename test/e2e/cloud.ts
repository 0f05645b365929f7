/**
 * ministack as a whole AWS: with TLS, checking signatures and policies, and running functions with this Node.
 */
import { writeFileSync } from "node:fs";
import { get } from "node:https";
import { dirname, join } from "node:path";
import { installPythonEmulators } from "../emulators/install/python.ts";
import { startServerProcess } from "../emulators/server-process.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";

/** An AWS, and who is its root. */
export type Cloud = {
  readonly name: string;
  /** Of every service but the API: `https://127.0.0.1:41234`. */
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly certificate: Certificate;
  close(): Promise<void>;
};

const region = "us-east-1";
const account = "000000000000";
/** ministack takes these for the root of its account. */
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** Starts one of its own, empty; installs it first where it is missing. Throws EmulatorAbsent and InstallFailed. */
export async function startCloud(folder: string): Promise<Cloud> {
  const { python, versionOf } = await installPythonEmulators();
  const certificate = await makeCertificate(folder);
  const server = await startServerProcess({
    name: "ministack",
    command: (port, directory) => {
      // It writes CommonJS here: a package.json further up must not make that a module.
      writeFileSync(join(directory, "package.json"), "{}");
      return { command: python, args: ["-m", "ministack"], env: environmentOf(port, directory, certificate) };
    },
    isReady: url => isReady(`${secure(url)}/_ministack/ready`, certificate),
  });
  return {
    name: `ministack ${versionOf("ministack")}`,
    endpoint: secure(server.url),
    account,
    region,
    credentials,
    certificate,
    close: server.close,
  };
}

function environmentOf(
  port: number,
  directory: string,
  { path, keyPath }: Certificate,
): Record<string, string> {
  const endpoint = `https://127.0.0.1:${port}`;
  return {
    GATEWAY_PORT: String(port),
    BIND_HOST: "127.0.0.1",
    STATE_DIR: directory,
    S3_DATA_DIR: directory,
    AUTH: "true",
    USE_SSL: "1",
    MINISTACK_SSL_CERT: path,
    MINISTACK_SSL_KEY: keyPath,
    // Listeners on fixed ports that nobody here asks for.
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    // Functions are processes of the Node that is found first.
    PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
    // Functions inherit these; the runtime of AWS gives none of them.
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    NODE_EXTRA_CA_CERTS: path,
  };
}

function isReady(url: string, { text }: Certificate): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get(url, { ca: text, agent: false }, answer => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on("error", reject);
  });
}

function secure(url: string): string {
  return url.replace("http:", "https:");
}
