/**
 * ListObjectsV2 without folders: keys by prefix, in the order of their UTF-8 bytes.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
import { type ObjectInfo, objectLimits } from "../../../lib/ports/index.ts";
import { type S3Answer, xmlAnswer } from "./answer.ts";
import type { Bucket } from "./bucket.ts";
import { notModelled, S3Refusal } from "./refusal.ts";
import type { S3Request } from "./request.ts";
import { element, type Markup } from "./xml.ts";

/** A continuation token is this and the last key told, so that a key is not mistaken for one. */
const tokenMark = "token:";

export async function listObjects(bucket: Bucket, request: S3Request): Promise<S3Answer> {
  const { query } = request;
  if (query.get("list-type") !== "2") throw notModelled(`list-type ${query.get("list-type")}`);
  const encode = encoderOf(query.get("encoding-type"));
  const prefix = query.get("prefix") ?? "";
  const limit = limitOf(query.get("max-keys"));
  const token = query.get("continuation-token");
  const after = token === undefined ? query.get("start-after") : keyOf(token);
  const { objects, next } =
    limit === 0
      ? { objects: [], next: undefined }
      : await bucket.objects.list(prefix, { limit, ...(after === undefined ? {} : { after }) });
  return xmlAnswer(
    element(
      "ListBucketResult",
      element("Name", request.bucket),
      element("Prefix", encode(prefix)),
      element("MaxKeys", limit),
      element("KeyCount", objects.length),
      element("IsTruncated", String(next !== undefined)),
      ...(query.has("encoding-type") ? [element("EncodingType", "url")] : []),
      ...(next === undefined ? [] : [element("NextContinuationToken", tokenOf(next))]),
      ...objects.map(object => contents(bucket, object, encode)),
    ),
  );
}

function contents(bucket: Bucket, object: ObjectInfo, encode: (text: string) => string): Markup {
  // S3 keeps whole seconds.
  const modified = new Date(Math.floor(object.modifiedMs / 1000) * 1000).toISOString();
  return element(
    "Contents",
    element("Key", encode(object.key)),
    element("LastModified", modified),
    element("ETag", bucket.factsOf(object.key)?.etag ?? ""),
    element("Size", object.sizeBytes),
    element("StorageClass", "STANDARD"),
  );
}

/** How keys are written: as they are, or as S3 encodes them for a URL, where a space is a plus. */
function encoderOf(type: string | undefined): (text: string) => string {
  if (type === undefined) return text => text;
  if (type !== "url")
    throw new S3Refusal(400, "InvalidArgument", "Invalid Encoding Method specified in Request");
  return text =>
    encodeURIComponent(text)
      .replaceAll("%20", "+")
      .replaceAll("%2F", "/")
      .replace(/[!'()~]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function limitOf(maxKeys: string | undefined): number {
  const limit = Number(maxKeys ?? objectLimits.listObjectsMax);
  if (!Number.isInteger(limit) || limit < 0)
    throw new S3Refusal(400, "InvalidArgument", "Provided max-keys not an integer or within integer range");
  return Math.min(limit, objectLimits.listObjectsMax);
}

function tokenOf(key: string): string {
  return Buffer.from(tokenMark + key).toString("base64");
}

function keyOf(token: string): string {
  const text = Buffer.from(token, "base64").toString();
  if (!text.startsWith(tokenMark))
    throw new S3Refusal(400, "InvalidArgument", "The continuation token provided is incorrect");
  return text.slice(tokenMark.length);
}
