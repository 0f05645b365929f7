/** moto: DynamoDB and S3 in Python. It serves one request at a time, since it is not atomic otherwise. */
import { join } from "node:path";
import type { Emulator } from "./emulator.ts";
import { installPythonEmulators } from "./install/python.ts";
import { answerOf, startServerProcess } from "./server-process.ts";

/** Starts one of its own, empty; installs it first where it is missing. Throws EmulatorAbsent and InstallFailed. */
export async function startMoto(): Promise<Emulator> {
  const { python, versionOf } = await installPythonEmulators();
  const server = await startServerProcess({
    name: "moto",
    command: port => ({
      command: python,
      args: [join(import.meta.dirname, "moto-server.py"), String(port)],
    }),
    isReady: async url => (await answerOf(`${url}/moto-api/`)).ok,
  });
  return { name: "moto", version: versionOf("moto"), ...server };
}
