/** DynamoDB Local: Amazon's own stand-in, in Java. Tables live in memory. */
import type { Emulator } from "./emulator.ts";
import { installDynamoDbLocal } from "./install/dynamodb-local.ts";
import { answerOf, startServerProcess } from "./server-process.ts";

/** Starts one of its own, empty; installs it first where it is missing. Throws EmulatorAbsent and InstallFailed. */
export async function startDynamoDbLocal(): Promise<Emulator> {
  const { libraries, version } = await installDynamoDbLocal();
  const server = await startServerProcess({
    name: "DynamoDB Local",
    command: port => ({
      command: "java",
      args: [
        `-Djava.library.path=${libraries}`,
        ...["-cp", `${libraries}/*`, "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"],
        ...["-inMemory", "-disableTelemetry", "-port", String(port)],
      ],
    }),
    // It refuses whoever does not sign; that it answers is enough.
    isReady: async url => (await answerOf(url)).status === 400,
  });
  return { name: "DynamoDB Local", version, ...server };
}
