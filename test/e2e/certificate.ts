/**
 * A certificate for an endpoint on this machine, signed by nobody. With TLS an emulator can be held to the policies of the
 * buckets, which refuse everything else.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EmulatorAbsent } from "../emulators/index.ts";
import { runTool } from "../emulators/install/run.ts";

/** Where it lies, and its text (PEM). */
export type Certificate = {
  readonly path: string;
  readonly keyPath: string;
  readonly text: string;
};

const names = ["DNS:localhost", "DNS:*.localhost", "DNS:*.execute-api.localhost", "IP:127.0.0.1"];

/** Makes one in a folder. Throws EmulatorAbsent where there is no openssl. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const path = join(folder, "certificate.pem");
  const keyPath = join(folder, "key.pem");
  const made = await runTool("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=cumulog-e2e"],
    ...["-keyout", keyPath, "-out", path],
    ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", `subjectAltName=${names.join()}`],
  ]);
  if (made.kind === "absent") throw new EmulatorAbsent("no openssl");
  if (made.code !== 0) throw new Error(`openssl made no certificate: ${made.output}`);
  return { path, keyPath, text: await readFile(path, "utf8") };
}
