/**
 * THE list of what this server models. A request that fits no row, or brings a parameter or header that its row does not
 * name, is refused with 501: S3 would do something with it that is not done here.
 */
import { notModelled, S3Refusal } from "./refusal.ts";
import type { S3Request } from "./request.ts";

/** Names as in the S3 API reference. */
export type OperationName =
  | "CreateBucket"
  | "ListObjectsV2"
  | "DeleteObjects"
  | "CreateMultipartUpload"
  | "UploadPart"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload"
  | "PutObject"
  | "GetObject";

type Operation = {
  readonly name: OperationName;
  readonly method: string;
  readonly on: "bucket" | "object";
  /** The parameter that tells it from others of its method. */
  readonly marker?: string;
  readonly parameters?: readonly string[];
  readonly headers?: readonly string[];
};

const operations: readonly Operation[] = [
  { name: "CreateBucket", method: "PUT", on: "bucket" },
  {
    name: "ListObjectsV2",
    method: "GET",
    on: "bucket",
    marker: "list-type",
    parameters: ["prefix", "start-after", "continuation-token", "max-keys", "encoding-type"],
  },
  { name: "DeleteObjects", method: "POST", on: "bucket", marker: "delete" },
  {
    name: "CreateMultipartUpload",
    method: "POST",
    on: "object",
    marker: "uploads",
    headers: ["x-amz-checksum-algorithm"],
  },
  { name: "UploadPart", method: "PUT", on: "object", marker: "uploadId", parameters: ["partNumber"] },
  {
    name: "CompleteMultipartUpload",
    method: "POST",
    on: "object",
    marker: "uploadId",
    headers: ["if-none-match"],
  },
  { name: "AbortMultipartUpload", method: "DELETE", on: "object", marker: "uploadId" },
  { name: "PutObject", method: "PUT", on: "object", headers: ["if-none-match"] },
  { name: "GetObject", method: "GET", on: "object", headers: ["range", "x-amz-checksum-mode"] },
];

/** Headers that carry the request, sign it, check its body or name its sender. */
const commonHeaders: ReadonlySet<string> = new Set([
  ...["host", "connection", "user-agent", "accept", "accept-encoding", "expect"],
  ...["content-length", "transfer-encoding", "content-type", "content-md5"],
  ...["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"],
  ...["x-amz-sdk-checksum-algorithm", "x-amz-checksum-crc32", "x-amz-checksum-crc32c"],
  ...["x-amz-checksum-sha1", "x-amz-checksum-sha256"],
  ...["x-amz-user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "x-amzn-trace-id"],
]);

/** Which operation a request asks for. Throws S3Refusal for what is not modelled. */
export function operationOf(request: S3Request): OperationName {
  const { method, target, query, headers } = request;
  const on = request.key === undefined ? "bucket" : "object";
  const operation = operations.find(
    row => row.method === method && row.on === on && (row.marker === undefined || query.has(row.marker)),
  );
  if (operation === undefined || request.bucket === "") throw notModelled(`${method} ${target}`);

  const known = new Set([...(operation.parameters ?? []), operation.marker, "x-id"]);
  const parameter = [...query.keys()].find(name => !known.has(name));
  if (parameter !== undefined)
    throw notModelled(`the parameter ${parameter} of ${operation.name}: ${method} ${target}`);
  const header = Object.keys(headers).find(
    name => !commonHeaders.has(name) && !operation.headers?.includes(name),
  );
  if (header !== undefined)
    throw notModelled(
      `the header ${header}: ${String(headers[header])} of ${operation.name}: ${method} ${target}`,
    );
  return operation.name;
}

/**
 * Looks at who signed and for which region. The signature itself is not checked: that is the SDK's business.
 * Throws S3Refusal as S3 does.
 */
export function checkSigner(request: S3Request, region: string): void {
  const signed = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/s3\/aws4_request,/.exec(
    request.headers.authorization ?? "",
  );
  if (signed === null) throw new S3Refusal(403, "AccessDenied", "Access Denied");
  if (signed[1] !== region)
    throw new S3Refusal(
      400,
      "AuthorizationHeaderMalformed",
      `The authorization header is malformed; the region '${signed[1]}' is wrong; expecting '${region}'`,
      { Region: region },
    );
}
