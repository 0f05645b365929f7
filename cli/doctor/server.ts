/**
 * Is there a server at the URL, is it ours, does it take requests, and does its clock agree with ours?
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { messageOf } from "../../lib/std/index.ts";
import type { Client, Reply } from "../client.ts";
import { ServerRefused, ServerUnreachable } from "../errors.ts";
import { textIn } from "../shape.ts";
import { type Finding, note, ok, problem } from "./findings.ts";

/** A clock that is off by more than this puts records at times that surprise; HTTP dates have whole seconds. */
const clockMsMax = 5_000;
/** A server that is well answers this question at once, ms. */
const patienceMs = 5_000;
const loopbacks = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** What answers at the URL. */
export type ServerFindings = {
  /** A Cumulog server answers, ready or not: it runs. */
  readonly isOurs: boolean;
  readonly findings: readonly Finding[];
};

/** What is found at the server, compared with our own version; of one that is not there, whether its port is free. */
export async function checkServer(client: Client, ownVersion: string): Promise<ServerFindings> {
  try {
    const reply = await client.call({ method: "GET", path: "/", silenceMsMax: patienceMs });
    if (fieldIn(reply, "name") !== "cumulog") return foreign(client.url);
    const version = checkVersion(fieldIn(reply, "version"), ownVersion);
    return { isOurs: true, findings: [await checkReady(client), version, checkClock(reply)] };
  } catch (error) {
    if (error instanceof ServerUnreachable)
      return { isOurs: false, findings: [nothingThere(client.url, error), ...(await checkPort(client.url))] };
    // Our servers say in five digits what is wrong.
    const isOurs = error instanceof ServerRefused && error.code >= 10_000;
    return isOurs ? { isOurs, findings: [refused(error)] } : foreign(client.url);
  }
}

function foreign(url: URL): ServerFindings {
  return { isOurs: false, findings: [somethingElse(url)] };
}

async function checkReady(client: Client): Promise<Finding> {
  try {
    await client.call({ method: "GET", path: "/readyz", silenceMsMax: patienceMs });
    return ok("server", `answers at ${client.url.origin} and takes requests`);
  } catch (error) {
    return problem(
      "server",
      `at ${client.url.origin} takes no requests: ${messageOf(error)}`,
      "look at its log",
    );
  }
}

function checkVersion(version: string | undefined, ownVersion: string): Finding {
  const message = `the server has version ${version ?? "unknown"}`;
  if (version === ownVersion) return ok("server version", message);
  return note("server version", `${message}, this command ${ownVersion}`, "bring the older one up to date");
}

function checkClock({ headers }: Reply): Finding {
  const serverMs = Date.parse(headers.date ?? "");
  if (Number.isNaN(serverMs)) return note("clock", "the server does not say its time");
  const apartMs = Math.abs(Date.now() - serverMs);
  const seconds = Math.round(apartMs / 1000);
  if (apartMs <= clockMsMax) return ok("clock", "this machine and the server agree");
  return problem(
    "clock",
    `this machine and the server are ${seconds} s apart`,
    "set both clocks by NTP: records carry the time of the machine that sends them",
  );
}

function nothingThere(url: URL, error: unknown): Finding {
  const advice = isLocal(url)
    ? "start one with `cumulog serve`, or name another with --url or CUMULOG_URL"
    : "check the address, and that a network path leads there";
  return problem("server", messageOf(error), advice);
}

function somethingElse(url: URL): Finding {
  return problem(
    "server",
    `something else than Cumulog answers at ${url.origin}`,
    "name the server with --url, or start it on another port with --http-port",
  );
}

function refused(error: ServerRefused): Finding {
  return problem("server", messageOf(error), "what was refused and why is in its words");
}

/** Whether a server could listen where the URL points to. Asked only for this machine, and only when nothing answers. */
async function checkPort(url: URL): Promise<readonly Finding[]> {
  if (!isLocal(url)) return [];
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const server = createServer();
  try {
    server.listen(port, url.hostname.replace(/^\[(.*)\]$/, "$1"));
    await once(server, "listening");
    return [ok("port", `${port} is free`)];
  } catch (error) {
    return [
      problem(
        "port",
        `${port} cannot be used: ${messageOf(error)}`,
        "start the server with another --http-port",
      ),
    ];
  } finally {
    server.close();
  }
}

function isLocal(url: URL): boolean {
  return loopbacks.has(url.hostname);
}

function fieldIn(reply: Reply, name: string): string | undefined {
  try {
    return textIn(JSON.parse(reply.body.toString()), name);
  } catch {
    return undefined;
  }
}
