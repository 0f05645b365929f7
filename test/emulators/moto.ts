/** moto: DynamoDB and S3 in Python. */
import type { Emulator } from "./emulator.ts";
import { installPythonEmulators } from "./install/python.ts";
import { startServerProcess } from "./server-process.ts";

/** Starts one of its own, empty; installs it first where it is missing. Throws EmulatorAbsent and InstallFailed. */
export async function startMoto(): Promise<Emulator> {
  const { python, versionOf } = await installPythonEmulators();
  const server = await startServerProcess({
    name: "moto",
    command: port => ({
      command: python,
      args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
    }),
    isReady: async url => (await fetch(`${url}/moto-api/`)).ok,
  });
  return { name: "moto", version: versionOf("moto"), ...server };
}
