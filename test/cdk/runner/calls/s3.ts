/**
 * What a request to S3 needs. Buckets are addressed by path.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import { Unmodelled } from "../policy/index.ts";
import { type AwsRequest, type Call, overTls } from "./call.ts";

/** What a request needs. Throws Unmodelled for an operation that the engine never made. */
export function readS3Call({ method, target, headers, body }: AwsRequest): Call {
  const url = new URL(`http://s3${target}`);
  const [, bucket = "", key = ""] = /^\/([^/]+)\/?(.*)$/.exec(url.pathname) ?? [];
  const query = new Set([...url.searchParams.keys()].filter(name => name !== "x-id"));
  if (key !== "" && query.size === 0) {
    const action =
      method === "PUT" && isPlainPut(headers) ? "s3:PutObject" : method === "GET" ? "s3:GetObject" : "";
    if (action !== "") return call(action, `${arnOf(bucket)}/${decodeURIComponent(key)}`);
  }
  if (method === "GET" && key === "" && query.has("list-type"))
    return call("s3:ListBucket", arnOf(bucket), { "s3:prefix": url.searchParams.getAll("prefix") });
  if (method === "POST" && key === "" && query.has("delete")) return deletion(bucket, body);
  const step = key === "" ? undefined : uploadSteps.get(`${method} ${[...query].sort().join()}`);
  if (step !== undefined && isPlainPut(headers)) {
    const { needs } = call(step.action, `${arnOf(bucket)}/${decodeURIComponent(key)}`);
    return { name: `s3:${step.name}`, needs };
  }
  throw new Unmodelled(`${method} ${target} of S3`);
}

/** Keys of one request are judged one by one; here all of them have to be allowed. */
function deletion(bucket: string, body: Buffer): Call {
  const keys = [...body.toString("utf8").matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
  if (keys.length === 0 || keys.some(key => key.includes("&")))
    throw new Unmodelled(`a deletion of keys with escapes: ${keys.join()}`);
  const needs = keys.map(key => ({
    action: "s3:DeleteObject",
    resource: `${arnOf(bucket)}/${key}`,
    context: overTls,
  }));
  return { name: "s3:DeleteObject", needs };
}

/** The steps of a multipart upload need what a put needs; to give one up is a permission of its own. */
const uploadSteps: ReadonlyMap<string, { readonly name: string; readonly action: string }> = new Map([
  ["POST uploads", { name: "CreateMultipartUpload", action: "s3:PutObject" }],
  ["PUT partNumber,uploadId", { name: "UploadPart", action: "s3:PutObject" }],
  ["POST uploadId", { name: "CompleteMultipartUpload", action: "s3:PutObject" }],
  ["DELETE uploadId", { name: "AbortMultipartUpload", action: "s3:AbortMultipartUpload" }],
]);

/** Whether someone may list a bucket decides how S3 speaks of an object that is not there. */
export function listingOf({ target }: AwsRequest): Call {
  return call("s3:ListBucket", arnOf(/^\/([^/?]+)/.exec(target)?.[1] ?? ""), { "s3:prefix": [] });
}

function call(
  action: string,
  resource: string,
  context: Readonly<Record<string, readonly string[]>> = {},
): Call {
  return { name: action, needs: [{ action, resource, context: { ...overTls, ...context } }] };
}

/** Some headers of a put need further permissions: a copy, tags, an ACL, a lock. */
function isPlainPut(headers: AwsRequest["headers"]): boolean {
  return !Object.keys(headers).some(name =>
    /^x-amz-(copy-source|tagging|acl|grant-|object-lock-)/.test(name),
  );
}

function arnOf(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}
