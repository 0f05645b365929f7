/**
 * An HTTP server of Node around an app of Request and Response. It bounds what one client can take (connections, time for
 * the headers, silence), and closes in good order: nothing new is accepted, what is under way is answered, and each
 * connection ends with its last answer. What turns a request of Node's into one of the app's is loaded for the first one:
 * it brings all of fetch with it, and a server that only Kafka's clients use never needs it.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import type { Clock } from "../ports/index.ts";
import { messageOf } from "../std/index.ts";
import { bracketed } from "./address.ts";
import { asListenError } from "./errors.ts";

type Fetch = (request: Request) => Response | Promise<Response>;
type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

export type HttpServerOptions = {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly connectionsMax: number;
};

/** How long the headers of a request may take: a client that is slower is none. */
const headersMsMax = 10_000;
/** How long a connection is kept for a next request: longer than the usual proxies keep theirs. */
const keepAliveMs = 65_000;
/** No byte either way: longer than any waiting that the app allows. */
const silenceMsMax = 600_000;
const checkMs = 2_000;

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #clock: Clock;
  /** Answers under way, by connection. */
  readonly #connections = new Map<Socket, Set<ServerResponse>>();
  #isClosing = false;

  constructor(deps: { readonly clock: Clock; readonly fetch: Fetch }, options: HttpServerOptions) {
    this.#options = options;
    this.#clock = deps.clock;
    // Not an import: that reads every export of the module, and one of them loads fetch.
    const { createServer } = process.getBuiltinModule("node:http");
    let listening: Promise<Listener> | undefined;
    this.#server = createServer(
      {
        headersTimeout: headersMsMax,
        keepAliveTimeout: keepAliveMs,
        connectionsCheckingInterval: checkMs,
        // Streams of records last; the app bounds the time of each body itself.
        requestTimeout: 0,
      },
      (incoming: IncomingMessage, outgoing: ServerResponse) => {
        this.#follow(incoming.socket, outgoing);
        listening ??= listenerOf(deps.fetch);
        void listening.then(listener => listener(incoming, outgoing));
      },
    );
    this.#server.on("connection", (socket: Socket) => {
      this.#connections.set(socket, new Set());
      socket.once("close", () => this.#connections.delete(socket));
    });
    this.#server.maxConnections = options.connectionsMax;
    this.#server.setTimeout(silenceMsMax);
  }

  /** Begins to accept; answers with the URL. Throws PortInUse, PortForbidden, HostUnusable. */
  listen(): Promise<string> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once("error", error => reject(asListenError(error, this.#options, "httpPort")));
      this.#server.listen({ host, port }, () => {
        const address = this.#server.address();
        const actual = typeof address === "object" && address !== null ? address.port : port;
        resolve(`http://${bracketed(host)}:${actual}`);
      });
    });
  }

  /**
   * Accepts nothing more and resolves when the last connection has ended: each with the answer to what is under way on
   * it, and all of them after `ms` at the latest.
   */
  async close(ms: number): Promise<void> {
    this.#isClosing = true;
    // Not the close of an HTTP server: that one takes a connection for idle, and destroys it, as soon as the end of its
    // answer was written, however much of the answer a slow reader has yet to take.
    const closed = new Promise<void>(resolve =>
      NetServer.prototype.close.call(this.#server, () => resolve()),
    );
    for (const [socket, underWay] of this.#connections) {
      for (const outgoing of underWay) endConnectionWith(outgoing);
      if (underWay.size === 0) socket.end();
    }
    const cancel = this.#clock.timer(ms, () => this.#server.closeAllConnections());
    await closed;
    cancel();
  }

  /** Ends every connection now, answered or not. */
  cut(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #follow(socket: Socket, outgoing: ServerResponse): void {
    const underWay = this.#connections.get(socket);
    underWay?.add(outgoing);
    if (this.#isClosing) endConnectionWith(outgoing);
    outgoing.once("close", () => {
      underWay?.delete(outgoing);
      // One whose headers were sent before the closing began would be kept for a next request.
      if (this.#isClosing && underWay?.size === 0) socket.end();
    });
  }
}

async function listenerOf(fetch: Fetch): Promise<Listener> {
  const { getRequestListener } = await import("@hono/node-server");
  // It answers what is no request at all, before the app sees it.
  const errorHandler = (error: unknown): Response =>
    Response.json({ error_code: 40001, message: messageOf(error) }, { status: 400 });
  return getRequestListener(fetch, { errorHandler });
}

function endConnectionWith(outgoing: ServerResponse): void {
  if (!outgoing.headersSent) outgoing.setHeader("connection", "close");
}
