/**
 * Multipart uploads as the engine makes them: with a CRC-32C for each part, completed with `If-None-Match: *`. Nothing is seen of
 * an upload before it is completed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
import { createHash, randomUUID } from "node:crypto";
import { type S3Answer, xmlAnswer } from "./answer.ts";
import type { Bucket, Upload, UploadedPart } from "./bucket.ts";
import { checkBody } from "./checksums.ts";
import { alreadyThere, checksumHeaders } from "./put-object.ts";
import { notModelled, S3Refusal } from "./refusal.ts";
import { headerOf, type S3Request } from "./request.ts";
import { element, textsIn } from "./xml.ts";

const partNumberMax = 10_000;
/** Of every part but the last. */
const partBytesMin = 5 * 1024 * 1024;
const checksumHeader = "x-amz-checksum-crc32c";

/** Begins one. */
export function createUpload(bucket: Bucket, key: string, request: S3Request): S3Answer {
  const algorithm = headerOf(request, "x-amz-checksum-algorithm");
  if (algorithm !== "CRC32C") throw notModelled(`an upload with the checksum ${algorithm}`);
  const id = randomUUID();
  bucket.uploads.set(id, { key, parts: new Map() });
  return xmlAnswer(element("InitiateMultipartUploadResult", element("Key", key), element("UploadId", id)));
}

/** Takes one part; one that comes again replaces it. */
export function uploadPart(bucket: Bucket, key: string, request: S3Request): S3Answer {
  const upload = uploadOf(bucket, key, request);
  const number = Number(request.query.get("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > partNumberMax)
    throw new S3Refusal(400, "InvalidArgument", "Part number must be an integer between 1 and 10000");
  const checksums = checkBody(request);
  if (!checksums.some(({ header }) => header === checksumHeader))
    throw new S3Refusal(400, "InvalidRequest", "Checksum Type mismatch occurred, expected checksum: crc32c");
  const etag = `"${createHash("md5").update(request.body).digest("hex")}"`;
  upload.parts.set(number, { etag, checksums, body: request.body });
  return { status: 200, headers: { etag, ...checksumHeaders(checksums) } };
}

/** Makes the object of the parts that are named. A refusal leaves the upload as it is. */
export async function completeUpload(bucket: Bucket, key: string, request: S3Request): Promise<S3Answer> {
  const upload = uploadOf(bucket, key, request);
  if (headerOf(request, "if-none-match") !== "*")
    throw notModelled(`an upload that may replace an object: ${request.target}`);
  const parts = namedParts(upload, request.body.toString("utf8"));
  const digests = parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), "hex"));
  const etag = `"${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-${parts.length}"`;
  const body = Buffer.concat(parts.map(part => part.body));
  if ((await bucket.putIfAbsent(key, body, { etag, checksums: [] })) === "exists") throw alreadyThere();
  bucket.uploads.delete(request.query.get("uploadId") ?? "");
  return xmlAnswer(element("CompleteMultipartUploadResult", element("Key", key), element("ETag", etag)));
}

/** Forgets one with its parts. */
export function abortUpload(bucket: Bucket, key: string, request: S3Request): S3Answer {
  uploadOf(bucket, key, request);
  bucket.uploads.delete(request.query.get("uploadId") ?? "");
  return { status: 204, headers: {} };
}

function uploadOf(bucket: Bucket, key: string, { query }: S3Request): Upload {
  const upload = bucket.uploads.get(query.get("uploadId") ?? "");
  if (upload?.key === key) return upload;
  throw new S3Refusal(404, "NoSuchUpload", "The specified multipart upload does not exist.");
}

function namedParts(upload: Upload, xml: string): readonly UploadedPart[] {
  const numbers = textsIn(xml, "PartNumber").map(Number);
  const etags = textsIn(xml, "ETag");
  const checksums = textsIn(xml, "ChecksumCRC32C");
  if (numbers.some((number, at) => number <= (numbers[at - 1] ?? 0)))
    throw new S3Refusal(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
  const parts = numbers.map((number, at) => {
    const part = upload.parts.get(number);
    const isSame = part?.checksums.some(({ value }) => value === checksums[at]) && part.etag === etags[at];
    if (part === undefined || !isSame)
      throw new S3Refusal(400, "InvalidPart", "One or more of the specified parts could not be found.");
    return part;
  });
  if (parts.length === 0) throw new S3Refusal(400, "MalformedXML", "You must specify at least one part");
  if (parts.slice(0, -1).some(({ body }) => body.length < partBytesMin))
    throw new S3Refusal(
      400,
      "EntityTooSmall",
      "Your proposed upload is smaller than the minimum allowed size",
    );
  return parts;
}
