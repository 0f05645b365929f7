/**
 * The checksums that come with a body. Each is held against the bytes; a body that has none where S3 wants one is refused.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { notModelled, S3Refusal } from "./refusal.ts";
import { headerOf, type S3Request } from "./request.ts";

/** A checksum of an object as it was sent: the header's name and its base64. */
export type Checksum = { readonly header: string; readonly value: string };

type Algorithm = (bytes: Uint8Array) => Buffer;

const algorithms: Readonly<Record<string, Algorithm>> = {
  "x-amz-checksum-crc32": bytes => bigEndian(crc32(bytes)),
  "x-amz-checksum-crc32c": bytes => bigEndian(systemCodecs.crc32c(bytes)),
  "x-amz-checksum-sha1": bytes => createHash("sha1").update(bytes).digest(),
  "x-amz-checksum-sha256": bytes => createHash("sha256").update(bytes).digest(),
};

/** Holds every checksum of the request against its body. Answers with those in x-amz-checksum-*. */
export function checkBody(request: S3Request): readonly Checksum[] {
  checkSignedBody(request);
  checkMd5(request);
  return Object.entries(algorithms).flatMap(([header, algorithm]) => {
    const value = headerOf(request, header);
    if (value === undefined) return [];
    checkValue(header, value, algorithm(request.body));
    return [{ header, value }];
  });
}

/** DeleteObjects wants its body protected. */
export function requireChecksum(request: S3Request, checksums: readonly Checksum[]): void {
  if (checksums.length === 0 && headerOf(request, "content-md5") === undefined)
    throw new S3Refusal(
      400,
      "InvalidRequest",
      "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    );
}

function checkValue(header: string, value: string, computed: Buffer): void {
  const name = header.slice("x-amz-checksum-".length).toUpperCase();
  const sent = Buffer.from(value, "base64");
  if (sent.length !== computed.length || sent.toString("base64") !== value)
    throw new S3Refusal(400, "InvalidRequest", `Value for ${header} header is invalid.`);
  if (!sent.equals(computed))
    throw new S3Refusal(400, "BadDigest", `The ${name} you specified did not match the calculated checksum.`);
}

function checkMd5(request: S3Request): void {
  const value = headerOf(request, "content-md5");
  if (value !== undefined && value !== createHash("md5").update(request.body).digest("base64"))
    throw new S3Refusal(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
}

function checkSignedBody(request: S3Request): void {
  const signed = headerOf(request, "x-amz-content-sha256");
  if (signed === undefined)
    throw new S3Refusal(
      400,
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  if (signed === "UNSIGNED-PAYLOAD") return;
  if (!/^[0-9a-f]{64}$/.test(signed)) throw notModelled(`a body signed as ${signed}`);
  if (signed !== createHash("sha256").update(request.body).digest("hex"))
    throw new S3Refusal(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
