/** Several servers over one table and one bucket: one log. The stores are the emulators that run within this process. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBucket, createTable, S3Server, startDynalite } from "../../emulators/index.ts";
import { type RunningServer, startServerWith } from "../server.ts";

/** Servers of one log, and their stores. */
export type Gateways = {
  readonly servers: readonly RunningServer[];
  /** Ends all of them. Answers with what they had to complain of. */
  readonly close: () => Promise<readonly string[]>;
};

const name = "log";

/** Starts so many. */
export async function startGateways(count: number): Promise<Gateways> {
  const [items, objects] = await Promise.all([startDynalite(), S3Server.start()]);
  await createTable(items.url, name);
  await createBucket(objects.url, name);
  const environment = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_DYNAMODB: items.url,
    AWS_ENDPOINT_URL_S3: objects.url,
  };
  const where = ["--backend", "aws", "--table", name, "--bucket", name];
  const servers: RunningServer[] = [];
  // One after the other: the first makes the log.
  for (let i = 0; i < count; i++) {
    const directory = await mkdtemp(join(tmpdir(), "cumulog-gateway-"));
    servers.push(await startServerWith(where, { directory, environment }));
  }
  return {
    servers,
    close: async () => {
      const complaints = await Promise.all(servers.map(server => server.close()));
      await Promise.all([items.close(), objects.close()]);
      return complaints.flat();
    },
  };
}
