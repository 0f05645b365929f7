/**
 * A Response becomes the result of a function, as an HTTP API reads it (payload format 2.0): text as it is, everything
 * else as base64, each cookie on its own. A result never grows past what Lambda carries.
 */
import { isUtf8 } from "node:buffer";
import { OutcomeUnknown } from "../../ports/index.ts";
import { AnswerTooLarge } from "../../rest/index.ts";
import { base64Bytes, payloadBytesMax } from "./bounds.ts";

/** What a function answers to an HTTP API. */
export type HttpResult = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
};

/** Headers of one connection, which is not the client's. */
const ofConnection = new Set(["connection", "keep-alive", "transfer-encoding"]);
const textual = /^text\/|[/+]json\s*(;|$)/i;
/** What a character of a text may become when the result is written as JSON, bytes: `\u0000`. */
const escapedBytesMax = 6;

/** The response to the request of this method, read whole. Throws AnswerTooLarge, OutcomeUnknown. */
export async function resultOf(response: Response, method: string): Promise<HttpResult> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    if (name !== "set-cookie" && !ofConnection.has(name)) headers[name] = value;
  });
  const cookies = response.headers.getSetCookie();
  const frame = { statusCode: response.status, headers, ...(cookies.length > 0 && { cookies }) };
  const room = payloadBytesMax - jsonBytes({ ...frame, body: "", isBase64Encoded: false });
  if (isText(response.headers, bytes)) {
    const body = bytes.toString("utf8");
    if (bytes.length * escapedBytesMax <= room || jsonBytes(body) <= room)
      return { ...frame, body, isBase64Encoded: false };
  }
  if (base64Bytes(bytes.length) > room) throw tooLarge(bytes.length, method);
  return { ...frame, body: bytes.toString("base64"), isBase64Encoded: true };
}

function isText(headers: Headers, bytes: Buffer): boolean {
  if (headers.has("content-encoding")) return false;
  return bytes.length === 0 || (textual.test(headers.get("content-type") ?? "") && isUtf8(bytes));
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function tooLarge(bytes: number, method: string): Error {
  const size = `the answer has ${bytes} bytes, more than a function can give`;
  return method === "GET" || method === "HEAD"
    ? new AnswerTooLarge(
        `${size}: ask for less, with a smaller max_bytes or as record batches (Accept: application/vnd.cumulog.batches); ` +
          "a single batch of this size can only be read through the web function or a server",
      )
    : new OutcomeUnknown(
        `${size}: what was asked for is done, as far as it could be; look before you ask again`,
      );
}
