/**
 * dynalite: DynamoDB in JavaScript, in this process, over a real socket. Tables live in memory.
 */
import type { RequestListener, Server } from "node:http";
import { createRequire } from "node:module";
import type { Emulator } from "./emulator.ts";
import { close, listen } from "./socket.ts";

const require = createRequire(import.meta.url);

/** Starts one of its own, empty. */
export async function startDynalite(): Promise<Emulator> {
  // The package brings no types.
  const dynalite: (options: object) => Server = require("dynalite");
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  outliveCutRequests(server);
  const url = await listen(server);
  return {
    name: "dynalite",
    url,
    version: require("dynalite/package.json").version,
    close: () => close(server),
  };
}

/** Dynalite throws, out of anyone's reach, when a client goes away in the middle of its request. */
function outliveCutRequests(server: Server): void {
  const [serve] = server.listeners("request") as RequestListener[];
  if (serve === undefined) throw new Error("dynalite serves no requests");
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    void serve(request, response);
    request.removeAllListeners("error").on("error", () => response.destroy());
  });
}
