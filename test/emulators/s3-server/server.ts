/**
 * S3 on a real socket, in this process: what the log asks of it and no more, by path, in one region. Buckets live in memory.
 * It knows S3's refusals by status and code, checks every checksum it is sent, and answers 501 to whatever it does not
 * model. It is no judge of signatures, permissions or versions; what those say no with can be told by `failNext`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { SystemClock } from "../../../lib/adapters/system/index.ts";
import type { Clock } from "../../../lib/ports/index.ts";
import { type Emulator, emulatorRegion } from "../emulator.ts";
import { close, listen } from "../socket.ts";
import type { S3Answer } from "./answer.ts";
import { Bucket } from "./bucket.ts";
import { deleteObjects } from "./delete-objects.ts";
import { getObject } from "./get-object.ts";
import { listObjects } from "./list-objects.ts";
import { abortUpload, completeUpload, createUpload, uploadPart } from "./multipart-upload.ts";
import { checkSigner, type OperationName, operationOf } from "./operations.ts";
import { putObject } from "./put-object.ts";
import { notModelled, S3Refusal } from "./refusal.ts";
import { readRequest, type S3Request } from "./request.ts";

/** What goes wrong with one request. `done`: whether it took effect before. */
export type S3Failure =
  /** An error of S3, and nothing done: 503 SlowDown, 403 AccessDenied, 409 ConditionalRequestConflict. */
  | { readonly kind: "refused"; readonly status: number; readonly code: string }
  /** The connection ends without an answer. */
  | { readonly kind: "cut"; readonly done: boolean }
  /** No answer comes, and the connection stays. */
  | { readonly kind: "silent"; readonly done: boolean };

export type S3ServerOptions = {
  readonly region: string;
  /** Of the Date header and of objects: may be far from the caller's. */
  readonly clock: Clock;
};

export class S3Server implements Emulator {
  readonly name = "own S3 server";
  readonly version = "";
  readonly url: string;
  readonly #options: S3ServerOptions;
  readonly #server: Server;
  readonly #buckets = new Map<string, Bucket>();
  /** Requests that came, by operation. */
  readonly counts = new Map<OperationName, number>();
  readonly #failures: { readonly operation: OperationName; readonly failure: S3Failure }[] = [];
  #requests = 0;

  private constructor(server: Server, url: string, options: S3ServerOptions) {
    this.#server = server;
    this.url = url;
    this.#options = options;
  }

  static async start(options: Partial<S3ServerOptions> = {}): Promise<S3Server> {
    const server = createServer();
    const url = await listen(server);
    const started = new S3Server(server, url, {
      region: emulatorRegion,
      clock: new SystemClock(),
      ...options,
    });
    server.on("request", (incoming, outgoing) => void started.#serve(incoming, outgoing));
    return started;
  }

  /** The next request for the operation, in the order of these calls, goes wrong. */
  failNext(operation: OperationName, failure: S3Failure): void {
    this.#failures.push({ operation, failure });
  }

  close(): Promise<void> {
    return close(this.#server);
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const requestId = String(++this.#requests).padStart(16, "0");
    const answer = await this.#answer(incoming).catch((error: unknown) => refused(error, requestId));
    if (answer === "silent") return;
    if (answer === "cut") {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(answer.status, {
      date: new Date(this.#options.clock.now()).toUTCString(),
      server: "AmazonS3",
      "x-amz-request-id": requestId,
      "x-amz-id-2": "emulator",
      "content-length": Buffer.byteLength(answer.body ?? ""),
      ...answer.headers,
    });
    outgoing.end(answer.body);
  }

  async #answer(incoming: IncomingMessage): Promise<S3Answer | "cut" | "silent"> {
    const request = await readRequest(incoming);
    const operation = operationOf(request);
    checkSigner(request, this.#options.region);
    this.counts.set(operation, (this.counts.get(operation) ?? 0) + 1);
    const failure = this.#takeFailure(operation);
    if (failure === undefined) return this.#perform(operation, request);
    if (failure.kind === "refused")
      throw new S3Refusal(failure.status, failure.code, `${operation} is refused, as the test wished`);
    if (failure.done) await this.#perform(operation, request);
    return failure.kind;
  }

  async #perform(operation: OperationName, request: S3Request): Promise<S3Answer> {
    const { bucket: name, key = "" } = request;
    if (operation === "CreateBucket") return this.#createBucket(request);
    const bucket = this.#buckets.get(name);
    if (bucket === undefined)
      throw new S3Refusal(404, "NoSuchBucket", "The specified bucket does not exist", { BucketName: name });
    switch (operation) {
      case "ListObjectsV2":
        return listObjects(bucket, request);
      case "DeleteObjects":
        return deleteObjects(bucket, request);
      case "CreateMultipartUpload":
        return createUpload(bucket, key, request);
      case "UploadPart":
        return uploadPart(bucket, key, request);
      case "CompleteMultipartUpload":
        return completeUpload(bucket, key, request);
      case "AbortMultipartUpload":
        return abortUpload(bucket, key, request);
      case "PutObject":
        return putObject(bucket, key, request);
      case "GetObject":
        return getObject(bucket, key, request);
    }
  }

  #createBucket({ bucket, body }: S3Request): S3Answer {
    if (body.length > 0) throw notModelled("a configuration in CreateBucket");
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Bucket(this.#options));
    return { status: 200, headers: { location: `/${bucket}` } };
  }

  #takeFailure(operation: OperationName): S3Failure | undefined {
    const at = this.#failures.findIndex(each => each.operation === operation);
    return at < 0 ? undefined : this.#failures.splice(at, 1)[0]?.failure;
  }
}

/** Anything that is no refusal is a mistake of this server, or a request whose rest will never come. */
function refused(error: unknown, requestId: string): S3Answer {
  const refusal = error instanceof S3Refusal ? error : new S3Refusal(500, "InternalError", String(error));
  const body = refusal.toXml(requestId);
  return { status: refusal.status, headers: { "content-type": "application/xml" }, body };
}
