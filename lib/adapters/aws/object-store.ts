/**
 * Objects in one S3 bucket. Each call of the port is one request, sent once; only a listing asks again after a page
 * without keys, and a large object goes in parts. An object travels with its CRC-32C, computed by the codecs of the process and checked by S3.
 */
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
  type _Error as S3Error,
} from "@aws-sdk/client-s3";
import {
  type ByteRange,
  type Clock,
  type Codecs,
  checkObjectKey,
  checkObjectKeys,
  clampRange,
  type GetResult,
  type ListResult,
  listLimit,
  type ObjectInfo,
  type ObjectStore,
  OutcomeUnknown,
  type PutResult,
  type Telemetry,
} from "../../ports/index.ts";
import { concat, present } from "../../std/index.ts";
import { readBody } from "./answer-body.ts";
import { asStoreError } from "./errors.ts";
import { failureOf } from "./failures.ts";
import { putInParts, singlePutBytesMax } from "./multipart-put.ts";
import { OperatorLog } from "./operator-log.ts";
import { rememberStoreTime, storeTimeMsOf } from "./store-time.ts";

export type AwsObjectStoreDeps = {
  readonly client: S3Client;
  readonly crc32c: Codecs["crc32c"];
  readonly clock: Clock;
  readonly telemetry: Telemetry;
};

export class AwsObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #crc32c: Codecs["crc32c"];
  readonly #bucket: string;
  readonly #operatorLog: OperatorLog;

  constructor(deps: AwsObjectStoreDeps, options: { readonly bucket: string }) {
    this.#client = deps.client;
    this.#crc32c = deps.crc32c;
    this.#bucket = options.bucket;
    this.#operatorLog = new OperatorLog(deps);
    rememberStoreTime(deps.client);
  }

  async put(key: string, parts: readonly Uint8Array[]): Promise<PutResult> {
    checkObjectKey(key);
    const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
    try {
      const output = await (sizeBytes > singlePutBytesMax
        ? this.#putInParts(key, parts)
        : this.#putAtOnce(key, concat(parts)));
      return { kind: "stored", storeTimeMs: storeTimeMsOf(output) };
    } catch (error) {
      if (isAnswer(error, "PreconditionFailed", 412))
        return { kind: "exists", storeTimeMs: storeTimeMsOf(error) };
      throw await this.#failed("PutObject", "s3:PutObject", error);
    }
  }

  #putAtOnce(key: string, body: Uint8Array): Promise<object> {
    return this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: body,
        ContentLength: body.length,
        ChecksumCRC32C: checksumText(this.#crc32c(body)),
        IfNoneMatch: "*",
      }),
    );
  }

  #putInParts(key: string, parts: readonly Uint8Array[]): Promise<object> {
    const checksumOf = (bytes: Uint8Array): string => checksumText(this.#crc32c(bytes));
    return putInParts({ client: this.#client, bucket: this.#bucket, key, checksumOf }, parts);
  }

  async get(key: string, range?: ByteRange): Promise<GetResult> {
    checkObjectKey(key);
    // Throws for an impossible range. No object is this large, so nothing is cut off.
    const { start, end } = clampRange(range, Number.MAX_SAFE_INTEGER);
    // S3 has no empty ranges: one byte is asked for and left out, and tells whether the object is there.
    const last = Math.max(start, end - 1);
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ...(range ? { Range: `bytes=${start}-${last}` } : {}),
    });
    try {
      const output = await this.#client.send(command);
      const bytes = await readBody(output.Body, output.ContentLength);
      return { kind: "found", bytes: range ? within(output, bytes, range) : bytes };
    } catch (error) {
      if (isAnswer(error, "NoSuchKey", 404)) return { kind: "missing" };
      if (isAnswer(error, "InvalidRange", 416)) return { kind: "found", bytes: new Uint8Array() };
      throw await this.#failed("GetObject", "s3:GetObject", error);
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    checkObjectKeys(keys);
    if (keys.length === 0) return;
    const Objects = Array.from(new Set(keys), Key => ({ Key }));
    const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } });
    try {
      const { Errors = [] } = await this.#client.send(command);
      const [first] = Errors;
      if (first) throw notDeleted(first, `${Errors.length} of ${Objects.length} keys`);
    } catch (error) {
      throw await this.#failed("DeleteObjects", "s3:DeleteObject", error);
    }
  }

  async list(
    prefix: string,
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<ListResult> {
    const limit = listLimit(options.limit);
    try {
      let output = await this.#listSome(prefix, options.after, limit);
      // Versions and delete markers are passed over too, and may fill a page.
      while (output.IsTruncated && !output.Contents?.length)
        output = await this.#listSome(
          prefix,
          undefined,
          limit,
          present(output.NextContinuationToken, "a token"),
        );
      const objects = (output.Contents ?? []).map(content => infoOf(content, output.EncodingType === "url"));
      const last = objects.at(-1);
      return {
        objects,
        ...(output.IsTruncated && last ? { next: last.key } : {}),
        storeTimeMs: storeTimeMsOf(output),
      };
    } catch (error) {
      throw await this.#failed("ListObjectsV2", "s3:ListBucket", error);
    }
  }

  #listSome(
    prefix: string,
    after: string | undefined,
    limit: number,
    token?: string,
  ): Promise<ListObjectsV2CommandOutput> {
    return this.#client.send(
      new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: prefix,
        MaxKeys: limit,
        // A key may hold what XML cannot.
        EncodingType: "url",
        ...(after ? { StartAfter: after } : {}),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
  }

  async #failed(operation: string, permission: string, error: unknown): Promise<Error> {
    const failure = asStoreError(error, {
      service: "S3",
      operation,
      permission,
      resource: `bucket ${this.#bucket}`,
      region: await this.#client.config.region().catch(() => "no region"),
    });
    return this.#operatorLog.heard(failure);
  }
}

/** Base64 of the four bytes, big-endian. */
function checksumText(crc32c: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32c);
  return bytes.toString("base64");
}

function isAnswer(error: unknown, name: string, status: number): error is object {
  const failure = failureOf(error);
  return failure.kind === "refused" && failure.name === name && failure.status === status;
}

/** What was asked for of what came. Throws OutcomeUnknown when it is another part of the object. */
function within(output: GetObjectCommandOutput, bytes: Uint8Array, range: ByteRange): Uint8Array {
  if (output.$metadata.httpStatusCode === 200) {
    // The whole object: a store that knows no ranges.
    const { start, end } = clampRange(range, bytes.length);
    return bytes.slice(start, end);
  }
  const places = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(output.ContentRange ?? "") ?? [];
  const [first = -1, last = -1, sizeBytes = 0] = places.slice(1).map(Number);
  const { start, end } = clampRange(range, sizeBytes);
  if (first !== start || last !== Math.max(start, end - 1) || bytes.length !== last - first + 1)
    throw new OutcomeUnknown(
      `${bytes.length} bytes as "${output.ContentRange}", asked for ${range.length} at ${range.start}`,
    );
  return range.length === 0 ? new Uint8Array() : bytes;
}

/** What S3 says of keys that it did not delete. Only a denial is a refusal of the whole: other keys may be gone. */
function notDeleted({ Code: code = "", Message: message = "" }: S3Error, keys: string): Error {
  const error = new Error(`${keys} were not deleted: ${code}: ${message}`);
  return code === "AccessDenied" ? Object.assign(error, { name: code, $fault: "client" }) : error;
}

function infoOf(
  content: NonNullable<ListObjectsV2CommandOutput["Contents"]>[number],
  isEncoded: boolean,
): ObjectInfo {
  const key = present(content.Key, "the key of a listed object");
  return {
    key: isEncoded ? decodeURIComponent(key.replaceAll("+", " ")) : key,
    sizeBytes: present(content.Size, "the size of a listed object"),
    modifiedMs: present(content.LastModified, "the time of a listed object").getTime(),
  };
}
