/**
 * Answers as every route gives them.
 */
import { v2MediaType } from "./media-types.ts";

const headers = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};
const jsonHeaders = { "content-type": "application/json", ...headers };
const v2Headers = { "content-type": v2MediaType, ...headers };
const noHeaders: Readonly<Record<string, string>> = {};

/** A value as JSON. */
export function json(value: unknown, status = 200, more = noHeaders): Response {
  return jsonText(JSON.stringify(value), status, more);
}

/** JSON that is text already. */
export function jsonText(text: string, status = 200, more = noHeaders): Response {
  return new Response(text, { status, headers: { ...jsonHeaders, ...more } });
}

/** A value as clients of the v2 paths expect it. */
export function jsonV2(value: unknown, more = noHeaders): Response {
  return new Response(JSON.stringify(value), { headers: { ...v2Headers, ...more } });
}

/** Bytes or a stream of them. */
export function bytes(
  body: ConstructorParameters<typeof Response>[0],
  contentType: string,
  more = noHeaders,
): Response {
  return new Response(body, { headers: { ...headers, "content-type": contentType, ...more } });
}

/** Done, and nothing to say. */
export function noContent(): Response {
  return new Response(null, { status: 204 });
}
