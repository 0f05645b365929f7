/**
 * Checks a Signature Version 4 of a request, as AWS does: it signs what the client says that he signed, and compares.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../../e2e/sha256.ts";
import type { Credentials } from "../functions/index.ts";
import { type DoorRequest, headerOf } from "./request.ts";

/** AWS takes a request this long before and after its time. */
const skewMsMax = 5 * 60_000;

/** What a signature says of its maker. */
export type Claim = {
  readonly accessKeyId: string;
  readonly service: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

/** Reads the Authorization header; undefined when there is none of the kind. */
export function claimOf(request: DoorRequest): Claim | undefined {
  const [, accessKeyId = "", region = "", service = "", signedHeaders = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headerOf(request, "authorization") ?? "",
    ) ?? [];
  return signature === ""
    ? undefined
    : { accessKeyId, region, service, signedHeaders: signedHeaders.split(";"), signature };
}

/** Whether the owner of the credentials signed exactly this request, lately. */
export async function isSigned(
  request: DoorRequest,
  claim: Claim,
  credentials: Credentials,
  nowMs: number,
): Promise<boolean> {
  const signedAt = dateOf(headerOf(request, "x-amz-date") ?? "");
  if (Number.isNaN(signedAt) || Math.abs(nowMs - signedAt) > skewMsMax) return false;
  const hash = headerOf(request, "x-amz-content-sha256");
  if (hash !== undefined && hash !== createHash("sha256").update(request.body).digest("hex")) return false;
  if (headerOf(request, "x-amz-security-token") !== credentials.sessionToken) return false;
  if (!claim.signedHeaders.includes("host")) return false;
  const expected = await signatureOf(request, claim, credentials, signedAt);
  return timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature));
}

async function signatureOf(
  request: DoorRequest,
  { service, region, signedHeaders }: Claim,
  credentials: Credentials,
  signedAt: number,
): Promise<string> {
  const host = headerOf(request, "host") ?? "";
  const parameters = new URLSearchParams(request.query);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: "https:",
      hostname: host,
      path: request.path,
      query: Object.fromEntries([...new Set(parameters.keys())].map(name => [name, parameters.getAll(name)])),
      headers: Object.fromEntries(signedHeaders.map(name => [name, headerOf(request, name) ?? ""])),
      body: request.body,
    },
    { signingDate: new Date(signedAt), signableHeaders: new Set(signedHeaders) },
  );
  return /Signature=([0-9a-f]{64})$/.exec(signed.headers["authorization"] ?? "")?.[1] ?? "";
}

/** `20261121T135022Z` in ms; NaN when it is none. */
function dateOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
