/**
 * One HTTP connection pool to a server, and the difference that matters to a producer: a request that was never sent
 * (ServerUnreachable), one that was refused (ServerRefused) and one whose answer was lost (AnswerLost). Nothing is
 * sent twice here; who may repeat what is decided by the caller.
 */
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, Agent as SecureAgent } from "node:https";
import { messageOf } from "../lib/std/index.ts";
import { AnswerLost, ServerRefused, ServerStrange, ServerUnreachable } from "./errors.ts";

export type ClientOptions = {
  readonly url: URL;
  /** Requests at once; more wait for a free connection. */
  readonly connectionsMax?: number;
};

export type Call = {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** From the root of the server, with the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In parts, sent back to back. */
  readonly body?: readonly Uint8Array[];
  /** Silence for this long counts as a lost answer, ms. */
  readonly silenceMsMax?: number;
  readonly signal?: AbortSignal;
};

export type Reply = {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
};

const connectionsDefaultMax = 16;
const silenceMsDefaultMax = 60_000;

export class Client {
  readonly url: URL;
  readonly #agent: Agent;
  readonly #request: typeof httpRequest;

  constructor(options: ClientOptions) {
    this.url = options.url;
    const isSecure = options.url.protocol === "https:";
    const agentOptions = { keepAlive: true, maxSockets: options.connectionsMax ?? connectionsDefaultMax };
    this.#agent = isSecure ? new SecureAgent(agentOptions) : new Agent(agentOptions);
    this.#request = isSecure ? httpsRequest : httpRequest;
  }

  /** The whole answer of a 2xx or 3xx; throws ServerUnreachable, AnswerLost or ServerRefused. */
  async call(call: Call): Promise<Reply> {
    const reply = await this.#exchange(call);
    if (reply.status >= 400) throw refusalOf(reply, this.url);
    return reply;
  }

  /** As `call`, for an answer in JSON. */
  async json(call: Call): Promise<unknown> {
    const headers = { accept: "application/json", ...call.headers };
    return parseJson(await this.call({ ...call, headers }), this.url);
  }

  /** Ends idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  #exchange(call: Call): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const { body = [], silenceMsMax = silenceMsDefaultMax, signal } = call;
    const length = body.reduce((sum, part) => sum + part.length, 0);
    const request = this.#request(this.#urlOf(call.path), {
      method: call.method,
      agent: this.#agent,
      headers: { ...call.headers, ...(call.body && { "content-length": length }) },
      timeout: silenceMsMax,
      ...(signal && { signal }),
    });
    const isConnected = whenConnected(request);
    const fail = (error: unknown): void => reject(this.#failure(error, isConnected()));
    request.on("error", fail);
    request.on("timeout", () => request.destroy(new Error(`silence for ${silenceMsMax} ms`)));
    request.on("response", response => {
      const { statusCode: status = 0, headers } = response;
      collect(response).then(whole => resolve({ status, headers, body: whole }), fail);
    });
    for (const part of body) request.write(part);
    request.end();
    return promise;
  }

  #urlOf(path: string): URL {
    return new URL(this.url.pathname.replace(/\/$/, "") + path, this.url);
  }

  #failure(error: unknown, isConnected: boolean): Error {
    const { origin } = this.url;
    return isConnected
      ? new AnswerLost(`no answer came from ${origin}: ${reasonOf(error)}`)
      : new ServerUnreachable(`nothing answers at ${origin}, is the server running? (${reasonOf(error)})`);
  }
}

/** Tells, later, whether the request had a connection: from then on nobody knows what the server has seen. */
function whenConnected(request: ClientRequest): () => boolean {
  let isConnected = false;
  const connected = (): void => {
    isConnected = true;
  };
  request.on("socket", socket => {
    if (socket.connecting) socket.once("connect", connected);
    else connected();
  });
  return () => isConnected;
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** The error of a refusing answer, in the server's words where it has some. */
function refusalOf(reply: Reply, url: URL): ServerRefused {
  const { code, message } = errorIn(reply.body.toString());
  const retryAfterSeconds = Number(reply.headers["retry-after"] ?? Number.NaN);
  return new ServerRefused(message ?? `${url.origin} answered with status ${reply.status}`, {
    status: reply.status,
    code: code ?? reply.status,
    retryAfterMs: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds * 1000 : undefined,
  });
}

/** `{"error_code": 40401, "message": "..."}`, of which either may be missing. */
function errorIn(body: string): { readonly code?: number; readonly message?: string } {
  try {
    const error: unknown = JSON.parse(body);
    if (typeof error !== "object" || error === null) return {};
    return {
      ...("error_code" in error && typeof error.error_code === "number" && { code: error.error_code }),
      ...("message" in error && typeof error.message === "string" && { message: error.message }),
    };
  } catch {
    return {};
  }
}

function parseJson(reply: Reply, url: URL): unknown {
  if (reply.body.length === 0) return undefined;
  try {
    return JSON.parse(reply.body.toString());
  } catch {
    throw new ServerStrange(`${url.origin} does not answer in JSON: is it a Cumulog server?`);
  }
}

/** The system's short name of a failed connection where it has one: ECONNREFUSED. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (error instanceof Error && "code" in error && typeof error.code === "string" && error.message === "")
    return error.code;
  return messageOf(error);
}
