/**
 * GetObject, whole or one range.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
import type { ByteRange } from "../../../lib/ports/index.ts";
import type { S3Answer } from "./answer.ts";
import type { Bucket } from "./bucket.ts";
import { checksumHeaders } from "./put-object.ts";
import { S3Refusal } from "./refusal.ts";
import { headerOf, type S3Request } from "./request.ts";

export async function getObject(bucket: Bucket, key: string, request: S3Request): Promise<S3Answer> {
  const stored = bucket.objects.peek(key);
  const facts = bucket.factsOf(key);
  if (stored === undefined || facts === undefined)
    throw new S3Refusal(404, "NoSuchKey", "The specified key does not exist.", { Key: key });
  const headers = {
    etag: facts.etag,
    "accept-ranges": "bytes",
    "content-type": "application/octet-stream",
  };
  const range = rangeOf(headerOf(request, "range"), stored.length);
  if (range === undefined) {
    // Checksums are of the whole object, and told only to those who ask.
    const asked = headerOf(request, "x-amz-checksum-mode") === "ENABLED";
    return {
      status: 200,
      headers: { ...headers, ...(asked ? checksumHeaders(facts.checksums) : {}) },
      body: stored,
    };
  }
  const { start, length } = range;
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${start + length - 1}/${stored.length}` },
    body: stored.subarray(start, start + length),
  };
}

/** The bytes that a Range header names; undefined for all, which is also how S3 takes a header it cannot read. */
function rangeOf(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= sizeBytes || end <= start)
    throw new S3Refusal(416, "InvalidRange", "The requested range is not satisfiable", {
      RangeRequested: header ?? "",
      ActualObjectSize: String(sizeBytes),
    });
  return { start, length: end - start };
}
