/**
 * A request as it reached the front door.
 */
import type { IncomingMessage } from "node:http";

/** One request. Headers are as they came, in pairs. */
export type DoorRequest = {
  readonly method: string;
  /** As it was sent, escapes and all. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly sourceIp: string;
};

/** What the front door answers. */
export type DoorAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
};

/** Whoever sent it, and how: the body apart. */
export function readDoorRequest(incoming: IncomingMessage, body: Buffer): DoorRequest {
  const [path = "/", ...query] = (incoming.url ?? "/").split("?");
  const headers = Array.from({ length: incoming.rawHeaders.length / 2 }, (_, index) => {
    const [name = "", value = ""] = incoming.rawHeaders.slice(2 * index);
    return [name.toLowerCase(), value] as const;
  });
  const sourceIp = incoming.socket.remoteAddress ?? "";
  return { method: incoming.method ?? "", path, query: query.join("?"), headers, body, sourceIp };
}

/** All values of a header, as one text; undefined when it was not sent. */
export function headerOf({ headers }: DoorRequest, name: string): string | undefined {
  const values = headers.filter(([each]) => each === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(",");
}

/** What the front door itself says, as JSON. */
export function say(status: number, message: string, headers: DoorAnswer["headers"] = {}): DoorAnswer {
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}
