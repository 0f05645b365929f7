/**
 * What a request to S3 needs. Buckets are addressed by path.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import { Unmodelled } from "../policy/index.ts";
import { type AwsRequest, type Call, overTls } from "./call.ts";

/** What a request needs. Throws Unmodelled for an operation that the engine never made. */
export function readS3Call({ method, target, headers }: AwsRequest): Call {
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
  throw new Unmodelled(`${method} ${target} of S3`);
}

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
