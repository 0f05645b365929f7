/**
 * A request as an HTTP API hands it to a function (payload format 2.0) becomes a Request. What is no such event is
 * refused with a status: a front door that is set up wrongly must hear so with its first request.
 *
 * The path is taken only as it was written: the policies of the front door were checked against that text, so one that a
 * parser would read as another (`..`, `//host`, an encoded letter) is refused. Not hono/aws-lambda: it takes such paths,
 * gives a request no signal to end it, and is to leave Hono.
 */
import * as z from "zod";
import { BadRequest, BodyTooLarge } from "../../rest/index.ts";
import { messageOf } from "../../std/index.ts";
import { bodyBytesMax } from "./bounds.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const httpEvent = z.looseObject({
  version: z.literal("2.0"),
  rawPath: z.string().startsWith("/"),
  rawQueryString: z.string(),
  headers: z.record(z.string(), z.string()),
  cookies: z.array(z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.looseObject({
    domainName: z.string(),
    http: z.looseObject({ method: z.string() }),
  }),
});

type HttpEvent = z.infer<typeof httpEvent>;

/** What a request gets from whoever serves it. */
export type RequestTies = {
  /** Aborted when waiting must end. */
  readonly signal: AbortSignal;
  /** Names the request where its sender did not. */
  readonly requestId: string;
};

/** Methods whose bodies mean nothing. */
const bodiless = new Set(["GET", "HEAD"]);

/** The event as a request. Throws BadRequest, BodyTooLarge. */
export function requestOf(event: unknown, ties: RequestTies): Request {
  const checked = checkEvent(event);
  const { method } = checked.requestContext.http;
  const url = urlOf(checked);
  const body = bodiless.has(method) ? undefined : bodyOf(checked);
  try {
    const headers = headersOf(checked, body, ties);
    return new Request(url, { method, headers, signal: ties.signal, ...(body && { body }) });
  } catch (error) {
    throw new BadRequest(`the event is no request that can be made: ${messageOf(error)}`);
  }
}

function checkEvent(event: unknown): HttpEvent {
  const result = httpEvent.safeParse(event);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "event"}: ${message}`);
  throw new BadRequest(`${nameOf(event)}: ${problems.join("; ")}`);
}

/** What the event seems to be, and what to do. */
function nameOf(event: unknown): string {
  if (typeof event === "object" && event !== null) {
    if ("httpMethod" in event || ("version" in event && event.version === "1.0"))
      return "this is an event of payload format 1.0: set the integration of the HTTP API to format 2.0";
    if ("Records" in event)
      return "this is an event of a queue, a topic or a bucket: only an HTTP API calls this";
  }
  return "this is no event of an HTTP API (payload format 2.0)";
}

function urlOf({ rawPath, rawQueryString, requestContext }: HttpEvent): URL {
  const { domainName } = requestContext;
  const base = `https://${domainName}`;
  if (!URL.canParse(base) || new URL(base).host !== domainName.toLowerCase())
    throw new BadRequest(`requestContext.domainName ${quoted(domainName)} is no name of a host`);
  const search = rawQueryString === "" ? "" : `?${rawQueryString}`;
  // Resolved, not appended: a path that names another host shows as such.
  const url = URL.canParse(rawPath, base) ? new URL(`${rawPath}${search}`, base) : undefined;
  if (url?.pathname !== rawPath || url.host !== new URL(base).host || hasEncodedLetter(rawPath))
    throw new BadRequest(`the path ${quoted(rawPath)} is not in its plain form: send it as it is meant`);
  if (url.hash !== "") throw new BadRequest("the query has a # that is not encoded");
  return url;
}

/** Whether something is encoded that never has to be: then two texts mean one path, and a policy knows only one. */
function hasEncodedLetter(path: string): boolean {
  return [...path.matchAll(/%([0-9a-f]{2})/gi)].some(([, hex = ""]) =>
    /[\w.~-]/.test(String.fromCharCode(Number.parseInt(hex, 16))),
  );
}

function bodyOf({ body, isBase64Encoded }: HttpEvent): Buffer<ArrayBuffer> | undefined {
  if (body === undefined) return undefined;
  const bytes = isBase64Encoded ? decoded(body) : Buffer.from(body, "utf8");
  if (bytes.length > bodyBytesMax)
    throw new BodyTooLarge(
      `the body has ${bytes.length} bytes, a function takes ${bodyBytesMax}: send fewer records at once`,
    );
  return bytes;
}

/** Node leaves out what is no base64; then some bytes are missing. */
function decoded(text: string): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(text, "base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (text.length % 4 !== 0 || bytes.length !== (text.length / 4) * 3 - padding)
    throw new BadRequest("isBase64Encoded is true, and the body is no base64");
  return bytes;
}

function headersOf({ headers, cookies }: HttpEvent, body: Buffer | undefined, ties: RequestTies): Headers {
  const made = new Headers(headers);
  if (cookies !== undefined && cookies.length > 0) made.set("cookie", cookies.join("; "));
  // Of the bytes that are here, whatever the front door made of them.
  made.delete("content-length");
  made.delete("transfer-encoding");
  if (body !== undefined) made.set("content-length", String(body.length));
  if (!made.has("x-request-id")) made.set("x-request-id", ties.requestId);
  return made;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
