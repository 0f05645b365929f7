/**
 * Hands a request on as it is, to whoever stands in for the service, and brings back the answer.
 */
import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import type { AwsRequest } from "./call.ts";

/** An answer of a service. */
export type AwsAnswer = {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
};

/** Throws what the socket says when the other side goes away. */
export function forward({ method, target, headers, body }: AwsRequest, url: string): Promise<AwsAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url + target, { method, headers }, answer => {
      readAll(answer).then(
        bytes => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
        reject,
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The whole body of a message. */
export async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts);
}
