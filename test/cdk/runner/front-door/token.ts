/**
 * Checks a JSON Web Token as the JWT authorizer of an HTTP API does.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
import { type KeyObject, verify } from "node:crypto";

/** What a route asks of a token. */
export type TokenRule = {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** One of them must be in the token, if there are any. */
  readonly scopes: readonly string[];
};

/** `stranger`: 401. `not-allowed`: a good token without the scope, 403. */
export type TokenVerdict =
  | { readonly kind: "stranger" }
  | { readonly kind: "not-allowed" }
  | {
      readonly kind: "known";
      readonly claims: Readonly<Record<string, string>>;
      readonly scopes: readonly string[] | null;
    };

/** Judges the value of an Authorization header. `keyOf` answers with the public key of an issuer. */
export function judgeToken(
  header: string | undefined,
  { issuer, audience, scopes }: TokenRule,
  keyOf: (issuer: string) => KeyObject | undefined,
  nowMs: number,
): TokenVerdict {
  const token = readToken(header);
  const key = keyOf(issuer);
  if (token === undefined || key === undefined) return { kind: "stranger" };
  const { head, claims, signed, signature } = token;
  const nowSeconds = nowMs / 1000;
  const isGood =
    head["alg"] === "RS256" &&
    verify("RSA-SHA256", signed, key, signature) &&
    claims["iss"] === issuer &&
    [claims["aud"] ?? claims["client_id"]].flat().some(each => audience.includes(String(each))) &&
    Number(claims["exp"]) > nowSeconds &&
    Number(claims["nbf"] ?? 0) <= nowSeconds &&
    Number(claims["iat"] ?? 0) <= nowSeconds;
  if (!isGood) return { kind: "stranger" };
  const given = String(claims["scope"] ?? claims["scp"] ?? "").split(" ");
  const held = scopes.filter(scope => given.includes(scope));
  if (scopes.length > 0 && held.length === 0) return { kind: "not-allowed" };
  const texts = Object.entries(claims).map(([name, value]) => [name, textOf(value)] as const);
  return { kind: "known", claims: Object.fromEntries(texts), scopes: scopes.length === 0 ? null : held };
}

type Fields = Readonly<Record<string, unknown>>;
type Token = {
  readonly head: Fields;
  readonly claims: Fields;
  readonly signed: Buffer;
  readonly signature: Buffer;
};

function readToken(header: string | undefined): Token | undefined {
  const [, head = "", claims = "", signature = ""] =
    /^(?:Bearer )?([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(header ?? "") ?? [];
  if (signature === "") return undefined;
  try {
    return {
      head: JSON.parse(Buffer.from(head, "base64url").toString("utf8")),
      claims: JSON.parse(Buffer.from(claims, "base64url").toString("utf8")),
      signed: Buffer.from(`${head}.${claims}`),
      signature: Buffer.from(signature, "base64url"),
    };
  } catch {
    return undefined;
  }
}

/** Functions get every claim as text. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(" ")}]`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
