/**
 * A request as it came over the wire: addressed by path, its body complete. The path is taken apart by hand, because a URL
 * parser would resolve `..`, which is an ordinary part of a key.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { S3Refusal } from "./refusal.ts";

/** `key` is there when the path goes on after the bucket. */
export type S3Request = {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly bucket: string;
  readonly key: string | undefined;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** More than any segment or compacted object has. */
const bodyBytesMax = 128 * 1024 * 1024;

/** Reads a request to its end. Throws S3Refusal, or what the socket says when the body is cut off. */
export async function readRequest(incoming: IncomingMessage): Promise<S3Request> {
  const { method = "", url: target = "", headers } = incoming;
  const [path = "", search = ""] = splitOnce(target, "?");
  const [bucket = "", key] = splitOnce(path.slice(1), "/");
  return {
    method,
    target,
    bucket: decoded(bucket),
    key: key === undefined || key === "" ? undefined : decoded(key),
    query: new Map(new URLSearchParams(search)),
    headers,
    body: await readBody(incoming),
  };
}

/** A header that is sent once, or undefined. */
export function headerOf(request: S3Request, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bodyBytesMax)
      throw new S3Refusal(
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed object size.",
      );
  }
  return Buffer.concat(chunks);
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Refusal(400, "InvalidURI", "Couldn't parse the specified URI.");
  }
}
