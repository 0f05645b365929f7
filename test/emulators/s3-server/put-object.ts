/**
 * PutObject with `If-None-Match: *`, the only put the engine makes: one that may replace an object is not modelled.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
import { createHash } from "node:crypto";
import { objectLimits } from "../../../lib/ports/index.ts";
import type { S3Answer } from "./answer.ts";
import type { Bucket } from "./bucket.ts";
import { type Checksum, checkBody } from "./checksums.ts";
import { notModelled, S3Refusal } from "./refusal.ts";
import { headerOf, type S3Request } from "./request.ts";

export async function putObject(bucket: Bucket, key: string, request: S3Request): Promise<S3Answer> {
  if (Buffer.byteLength(key) > objectLimits.keyBytesMax)
    throw new S3Refusal(400, "KeyTooLongError", "Your key is too long");
  if (headerOf(request, "content-length") === undefined)
    throw new S3Refusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
  if (headerOf(request, "if-none-match") !== "*")
    throw notModelled(`a put that may replace an object: ${request.method} ${request.target}`);
  const checksums = checkBody(request);
  const etag = `"${createHash("md5").update(request.body).digest("hex")}"`;
  if ((await bucket.putIfAbsent(key, request.body, { etag, checksums })) === "exists") throw alreadyThere();
  return {
    status: 200,
    headers: { etag, "x-amz-server-side-encryption": "AES256", ...checksumHeaders(checksums) },
  };
}

/** There is an object, which `If-None-Match: *` forbids. */
export function alreadyThere(): S3Refusal {
  const message = "At least one of the pre-conditions you specified did not hold";
  return new S3Refusal(412, "PreconditionFailed", message, { Condition: "If-None-Match" });
}

/** As they were sent, for whoever may be told. */
export function checksumHeaders(checksums: readonly Checksum[]): Readonly<Record<string, string>> {
  return Object.fromEntries(checksums.map(({ header, value }) => [header, value]));
}
