/** ministack: much of AWS in Python, CloudFormation and Lambda among it. */
import type { Emulator } from "./emulator.ts";
import { installPythonEmulators } from "./install/python.ts";
import { answerOf, startServerProcess } from "./server-process.ts";

export type MinistackOptions = {
  /** Only these, by their names in the SDK (`s3`, `dynamodb`, `lambda`); all when left out. */
  readonly services?: readonly string[];
  /** Whether it checks signatures and policies. */
  readonly auth?: boolean;
  /** Further settings of its own. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Starts one of its own, empty; installs it first where it is missing. Throws EmulatorAbsent and InstallFailed. */
export async function startMinistack(options: MinistackOptions = {}): Promise<Emulator> {
  const { python, versionOf } = await installPythonEmulators();
  const version = versionOf("ministack");
  const server = await startServerProcess({
    name: "ministack",
    command: (port, directory) => ({
      command: python,
      args: ["-m", "ministack"],
      env: {
        GATEWAY_PORT: String(port),
        BIND_HOST: "127.0.0.1",
        STATE_DIR: directory,
        S3_DATA_DIR: directory,
        AUTH: String(options.auth ?? false),
        // Listeners on fixed ports that nobody here asks for.
        IOT_MTLS_ENABLED: "0",
        SFTP_ENABLED: "0",
        ...(options.services === undefined ? {} : { SERVICES: options.services.join() }),
        ...options.env,
      },
    }),
    isReady: async url => (await answerOf(`${url}/_ministack/ready`)).ok,
  });
  return { name: "ministack", version, ...server };
}
