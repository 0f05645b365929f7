/**
 * A server for the tests of server-process.ts, and, told to, a process that starts it and waits: whoever kills that one
 * should find the server gone.
 */
import { createServer } from "node:http";
import { startServerProcess } from "./server-process.ts";

/** Starts this file as a server. */
export function startStandIn() {
  return startServerProcess({
    name: "the stand-in",
    command: port => ({ command: process.execPath, args: [import.meta.filename, "serve", String(port)] }),
    isReady: async url => (await fetch(url)).ok,
  });
}

function serve(port: number): void {
  const server = createServer((request, response) => {
    response.end(process.cwd());
    if (request.url !== "/end") return;
    process.stderr.write("told to end\n");
    process.exit(1);
  });
  server.listen(port, "127.0.0.1");
}

const [role, port] = process.argv.slice(2);
if (import.meta.main && role === "serve") serve(Number(port));
if (import.meta.main && role === "own") process.stdout.write((await startStandIn()).url);
