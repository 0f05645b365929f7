/** Servers of this process on ports that the system chooses. */
import { once } from "node:events";
import type { Server } from "node:http";

/** Listens on a free port of this machine alone. Answers with its URL. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`no port, but ${address}`);
  return `http://127.0.0.1:${address.port}`;
}

/** Ends a server and the connections that its clients keep. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) =>
    // Dynalite's own close says null where Node says nothing.
    server.close(error => (error ? reject(error) : resolve())),
  );
  server.closeAllConnections();
  await closed;
}
