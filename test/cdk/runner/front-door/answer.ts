/**
 * What an HTTP API makes of a function's result, payload format 2.0.
 */
import type { Invoked } from "../functions/index.ts";
import { type DoorAnswer, say } from "./request.ts";

/** Headers that the front door writes itself. */
const ownHeaders = new Set(["content-length", "connection", "transfer-encoding", "date"]);

/** The answer to a client. A function that fails is an error of the server, and the client learns nothing of it. */
export function answerOf(invoked: Invoked): DoorAnswer {
  if (invoked.kind === "too-large") return say(413, "Request Entity Too Large");
  if (invoked.kind === "error") return say(500, "Internal Server Error");
  const result: unknown = JSON.parse(invoked.payload);
  if (typeof result !== "object" || result === null || !("statusCode" in result))
    return inferred(invoked.payload);
  const { statusCode, headers = {}, body = "", isBase64Encoded = false, cookies } = result as Result;
  const isSound =
    Number.isInteger(statusCode) && typeof body === "string" && Object.values(headers).every(isPlain);
  if (!isSound) return say(500, "Internal Server Error");
  const kept = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
    .filter(([name]) => !ownHeaders.has(name));
  return {
    status: statusCode,
    headers: { ...Object.fromEntries(kept), ...(cookies !== undefined && { "set-cookie": cookies }) },
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
}

type Result = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly cookies?: readonly string[];
};

/** Without a status the whole result is the body. */
function inferred(payload: string): DoorAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(payload) };
}

function isPlain(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
