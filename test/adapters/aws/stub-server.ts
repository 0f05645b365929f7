/**
 * A server that answers as it is told, request by request: what a store says, what a network does. It understands
 * nothing of what it is asked.
 */
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";

/** One request as it arrived. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
};

/** What happens to a request. */
export type Reaction = (response: ServerResponse, received: Received) => void;

/** Connections of all servers, without TLS, by the port of the client. */
const rawSockets = new Map<number | undefined, Socket>();

export class StubServer {
  readonly url: string;
  readonly received: Received[] = [];
  /** Connections that were ever made. */
  connections = 0;
  readonly #server: Server;
  readonly #reactions: Reaction[] = [];
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** `tls`: speaks https with this key and certificate. */
  static async start(tls?: { readonly key: string; readonly cert: string }): Promise<StubServer> {
    const listener: RequestListener = (request, response) => void stub.#serve(request, response);
    const server = tls ? createSecureServer(tls, listener) : createServer(listener);
    // Whoever drops an idle connection in these tests is the client.
    server.keepAliveTimeout = 0;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const stub = new StubServer(server, tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`);
    server.on("connection", (socket: Socket) => {
      const { remotePort } = socket;
      rawSockets.set(remotePort, socket);
      socket.once("close", () => rawSockets.delete(remotePort));
    });
    server.on(tls ? "secureConnection" : "connection", () => stub.connections++);
    return stub;
  }

  /** What happens to the next requests, in this order; to all further ones the last. */
  answers(...reactions: readonly Reaction[]): void {
    this.#reactions.push(...reactions);
  }

  /** Forgets how to answer. */
  reset(): void {
    this.#reactions.length = 0;
  }

  /** How many connections there are. */
  openConnections(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#server.getConnections((_error, count) => resolve(count));
    return promise;
  }

  /** Resolves when so many requests have arrived whole, in all. */
  async arrived(count: number): Promise<void> {
    if (this.received.length >= count) return;
    await new Promise<void>(resolve => this.#waiting.push({ count, resolve }));
  }

  /** The only request, or the given one, as JSON. */
  json(index = 0): unknown {
    return JSON.parse(this.received[index]?.body.toString() ?? "null");
  }

  /** Ends the connections that clients keep. */
  endIdleConnections(): void {
    this.#server.closeIdleConnections();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const { method = "", url = "", headers } = request;
    const received = { method, path: url, headers, body };
    this.received.push(received);
    const reaction = this.#reactions.length > 1 ? this.#reactions.shift() : this.#reactions[0];
    if (!reaction) throw new Error(`nobody said how to answer ${method} ${url}`);
    reaction(response, received);
    for (const { count, resolve } of this.#waiting) if (this.received.length >= count) resolve();
  }
}

/** An answer of DynamoDB. */
export function item(body: object): Reaction {
  return answer(200, JSON.stringify(body), { "content-type": "application/x-amz-json-1.0" });
}

/** A refusal or failure that DynamoDB names. */
export function dynamoDbError(name: string, status = 400, message = "as the test wants"): Reaction {
  const __type = `com.amazonaws.dynamodb.v20120810#${name}`;
  return answer(status, JSON.stringify({ __type, message }), {
    "content-type": "application/x-amz-json-1.0",
  });
}

/** A refusal or failure that S3 names. */
export function s3Error(
  status: number,
  code: string,
  headers: Record<string, string> = {},
  message = "as the test wants",
): Reaction {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>1</RequestId></Error>`;
  return answer(status, body, { "content-type": "application/xml", ...headers });
}

/** Any whole answer. */
export function answer(
  status: number,
  body: string | Uint8Array = "",
  headers: Record<string, string> = {},
): Reaction {
  return response => {
    response.writeHead(status, { "content-length": String(Buffer.byteLength(body)), ...headers });
    response.end(body);
  };
}

/** The head of an answer and a part of its body; then `after`. */
export function begun(headers: Record<string, string>, part: string, after: "cut" | "silence"): Reaction {
  return response => {
    response.writeHead(200, headers);
    response.write(part, () => {
      if (after === "cut") response.socket?.destroy();
    });
  };
}

/** The connection ends without an answer. */
export const cut: Reaction = response => response.socket?.destroy();

/** The connection is reset without an answer. Under TLS it is the connection below that can be reset. */
export const reset: Reaction = response => rawSockets.get(response.socket?.remotePort)?.resetAndDestroy();

/** No answer, and the connection stays. */
export const silence: Reaction = () => undefined;
