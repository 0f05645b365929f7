/**
 * Sends requests to a deployment, signed as an IAM principal, over connections of its own: it needs to say which host it
 * means and which certificate it trusts, apart from where it connects to.
 */
import { type IncomingHttpHeaders, request as requestPlainly } from "node:http";
import { request as requestSecurely } from "node:https";
import { isIP } from "node:net";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "./sha256.ts";

/** A request of a test. */
export type Sent = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Without a signature. */
  readonly isUnsigned?: boolean;
};

/** What came back. */
export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Sends one request: method, path with its query, and the rest. */
export type Call = (method: string, path: string, sent?: Sent) => Promise<Answer>;

/** Who calls, and where. */
export type CallerOptions = {
  /** Without a path: `https://abc.execute-api.eu-west-1.amazonaws.com`. */
  readonly url: string;
  readonly region: string;
  /** `execute-api` of an HTTP API. */
  readonly service: string;
  readonly credentials: () => Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }>;
  /** Where the connection goes instead: `http://127.0.0.1:41234`. */
  readonly connectTo?: string;
  /** Trusted beside those that Node trusts, PEM. */
  readonly certificate?: string;
};

/** Longer than any answer: a long poll waits 25 s. */
const answerMsMax = 60_000;

/** A caller that signs. */
export function signedCaller(options: CallerOptions): Call {
  const base = new URL(options.url);
  const signer = new SignatureV4({
    service: options.service,
    region: options.region,
    credentials: options.credentials,
    sha256: Sha256,
  });
  return async (method, path, { headers = {}, body, isUnsigned = false } = {}) => {
    const url = new URL(path, base);
    const outgoing = { host: base.host, ...headers };
    const signed = isUnsigned
      ? { headers: outgoing }
      : await signer.sign({
          method,
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: outgoing,
          body,
        });
    return send({ method, url, headers: signed.headers, body }, options);
  };
}

type Outgoing = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
};

function send({ method, url, headers, body }: Outgoing, options: CallerOptions): Promise<Answer> {
  const target = new URL(options.connectTo ?? addressOf(url));
  const request = target.protocol === "https:" ? requestSecurely : requestPlainly;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: target.hostname,
        port: target.port,
        method,
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, "content-length": String(Buffer.byteLength(body ?? "")) },
        agent: false,
        timeout: answerMsMax,
        ...(target.protocol === "https:" && {
          // An address is no server name.
          ...(isIP(url.hostname) === 0 && { servername: url.hostname }),
          ...(options.certificate !== undefined && { ca: options.certificate }),
        }),
      },
      answer => {
        const parts: Buffer[] = [];
        answer.on("data", part => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
        );
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${answerMsMax} ms`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Names below localhost are this machine (RFC 6761), whatever its resolver knows. */
function addressOf(url: URL): string {
  const address = new URL(url.origin);
  if (address.hostname.endsWith(".localhost")) address.hostname = "127.0.0.1";
  return address.origin;
}
