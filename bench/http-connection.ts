/**
 * One connection to a server, kept open: requests go one after the other, as a client's own thread would send them.
 */
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type HttpRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole, or in parts that are sent as they come. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Told of each part of the answer when it comes. */
  readonly onData?: (part: Buffer) => void;
};

export class HttpConnection {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  /** The whole answer. Throws what the socket throws; then nobody knows how much of the request arrived. */
  send({ method, path, headers = {}, body, onData }: HttpRequest): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const length = body instanceof Uint8Array ? { "content-length": String(body.length) } : {};
    const outgoing = request(
      new URL(path, this.#url),
      { agent: this.#agent, method, headers: { ...headers, ...length } },
      (incoming: IncomingMessage) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => {
          parts.push(part);
          onData?.(part);
        });
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(parts),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
    else sendParts(outgoing, body).catch(reject);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function sendParts(
  outgoing: ReturnType<typeof request>,
  parts: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const part of parts) {
    if (outgoing.destroyed) return;
    outgoing.write(part);
  }
  outgoing.end();
}
