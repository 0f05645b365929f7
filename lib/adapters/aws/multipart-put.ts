/**
 * A large object in parts: S3 shows it whole once the upload is completed, and never before, so that a put is as all-or-nothing as
 * one request is. Whatever fails gives the upload up; what cannot even do that is left to the bucket's lifecycle rule.
 */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { concat, present } from "../../std/index.ts";

/** What is larger goes in parts, bytes: below it one request costs less, and is about as fast. */
export const singlePutBytesMax = 16 * 1024 * 1024;
/** Of one part, bytes; S3 wants 5 MiB at least of each but the last. */
export const partBytes = 8 * 1024 * 1024;
/** Parts under way at once: so many are in memory a second time. */
const partsAtOnce = 3;

/** Where an object goes, and how its parts are held against their bytes. */
export type MultipartPut = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** Base64 of the checksum, as S3 takes it. */
  readonly checksumOf: (bytes: Uint8Array) => string;
};

type Upload = MultipartPut & { readonly id: string };

/** Stores the bytes as one object unless there is one. Throws what the client throws: then there is no object of this put, or it is not known. */
export async function putInParts(
  put: MultipartPut,
  bytes: readonly Uint8Array[],
): Promise<CompleteMultipartUploadCommandOutput> {
  const place = { Bucket: put.bucket, Key: put.key };
  const begun = await put.client.send(
    new CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: "CRC32C" }),
  );
  const upload = { ...put, id: present(begun.UploadId, "the id of an upload") };
  try {
    const Parts = await uploadAll(upload, cut(bytes, partBytes));
    return await put.client.send(
      new CompleteMultipartUploadCommand({
        ...place,
        UploadId: upload.id,
        MultipartUpload: { Parts },
        IfNoneMatch: "*",
      }),
    );
  } catch (error) {
    await put.client
      .send(new AbortMultipartUploadCommand({ ...place, UploadId: upload.id }))
      .catch(() => undefined);
    throw error;
  }
}

/** A few at once. When one fails no more are begun, and nothing is under way any more when this rejects. */
async function uploadAll(
  upload: Upload,
  pieces: readonly (readonly Uint8Array[])[],
): Promise<CompletedPart[]> {
  const done: CompletedPart[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < pieces.length && failures.length === 0; at = next++)
      try {
        done[at] = await uploadOne(upload, at + 1, concat(pieces[at] ?? []));
      } catch (error) {
        failures.push(error);
      }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, work));
  if (failures.length > 0) throw failures[0];
  return done;
}

async function uploadOne(upload: Upload, PartNumber: number, body: Uint8Array): Promise<CompletedPart> {
  const ChecksumCRC32C = upload.checksumOf(body);
  const { ETag } = await upload.client.send(
    new UploadPartCommand({
      Bucket: upload.bucket,
      Key: upload.key,
      UploadId: upload.id,
      PartNumber,
      Body: body,
      ContentLength: body.length,
      ChecksumCRC32C,
    }),
  );
  return { PartNumber, ETag, ChecksumCRC32C };
}

/** The bytes in pieces of a size, the last one smaller: views, not copies. */
export function cut(bytes: readonly Uint8Array[], sizeBytes: number): readonly (readonly Uint8Array[])[] {
  const pieces: Uint8Array[][] = [];
  let room = 0;
  for (const part of bytes)
    for (let at = 0; at < part.length; ) {
      if (room === 0) {
        pieces.push([]);
        room = sizeBytes;
      }
      const view = part.subarray(at, at + room);
      pieces.at(-1)?.push(view);
      at += view.length;
      room -= view.length;
    }
  return pieces;
}
