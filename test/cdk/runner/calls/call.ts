/**
 * A call to AWS that a function made, as it came over the wire, and what IAM has to say yes to.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Context } from "../policy/index.ts";

/** A request to a service of AWS. */
export type AwsRequest = {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** One thing that must be allowed. */
export type Need = { readonly action: string; readonly resource: string; readonly context: Context };

/** What a request is. */
export type Call = {
  /** `dynamodb:Query`, `s3:PutObject`: what is counted. */
  readonly name: string;
  readonly needs: readonly Need[];
};

/** Every request of a function comes over TLS; the proxy of the runner stands where TLS ends. */
export const overTls: Context = { "aws:securetransport": ["true"], "s3:tlsversion": ["1.3"] };

/** The parts of a request's credentials: who signed, and for which service. */
export type Signer = { readonly accessKeyId: string; readonly region: string; readonly service: string };

/** Reads who signed a request; undefined when nobody did. */
export function signerOf(headers: IncomingHttpHeaders): Signer | undefined {
  const signed = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,/.exec(
    headers.authorization ?? "",
  );
  const [, accessKeyId = "", region = "", service = ""] = signed ?? [];
  return signed === null ? undefined : { accessKeyId, region, service };
}
