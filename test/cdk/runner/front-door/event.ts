/**
 * The event that an HTTP API makes of a request, payload format 2.0, with every field that AWS sends.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import { type DoorRequest, headerOf } from "./request.ts";

/** Who was let in: what the authorizer found out. */
export type AuthorizerContext =
  | { readonly iam: Readonly<Record<string, string | null>> }
  | {
      readonly jwt: {
        readonly claims: Readonly<Record<string, string>>;
        readonly scopes: readonly string[] | null;
      };
    };

/** What the front door knows of a request. */
export type DoorContext = {
  readonly accountId: string;
  readonly apiId: string;
  readonly domainName: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly timeMs: number;
  readonly authorizer: AuthorizerContext | undefined;
};

/** Makes the event. */
export function eventOf(request: DoorRequest, context: DoorContext): object {
  const { method, query, body } = request;
  const rawPath = decodePath(request.path);
  const cookies = headerOf(request, "cookie")?.split(/; */);
  const queryStringParameters = parametersOf(query);
  const isText = isTextual(headerOf(request, "content-type"));
  return {
    version: "2.0",
    routeKey: context.routeKey,
    rawPath,
    rawQueryString: query,
    ...(cookies !== undefined && { cookies }),
    headers: headersOf(request, context),
    ...(queryStringParameters !== undefined && { queryStringParameters }),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      ...(context.authorizer !== undefined && { authorizer: context.authorizer }),
      domainName: context.domainName,
      domainPrefix: context.apiId,
      http: {
        method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: headerOf(request, "user-agent") ?? "",
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: "$default",
      time: timeText(context.timeMs),
      timeEpoch: context.timeMs,
    },
    ...(Object.keys(context.pathParameters).length > 0 && { pathParameters: context.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/**
 * A path as functions get it: decoded, but for escaped percent signs. AWS says "raw" and means this.
 */
export function decodePath(path: string): string {
  return path.replaceAll(/(?:%(?!25)[0-9A-Fa-f]{2})+/g, escapes =>
    Buffer.from(escapes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

/** Bodies of these types travel as text, all others as base64, and so does a body without a type. */
function isTextual(contentType: string | undefined): boolean {
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  return type.startsWith("text/") || textualTypes.has(type);
}

const textualTypes = new Set(["application/json", "application/xml", "application/javascript"]);

/** Names in small letters, values of one name joined, no cookies, and what the front door adds. */
function headersOf(request: DoorRequest, { domainName, requestId }: DoorContext): Record<string, string> {
  const names = new Set(request.headers.map(([name]) => name).filter(name => !ownHeaders.has(name)));
  return {
    ...Object.fromEntries([...names].map(name => [name, headerOf(request, name) ?? ""])),
    "content-length": String(request.body.length),
    host: domainName,
    "x-amzn-trace-id": `Root=1-${requestId}`,
    "x-forwarded-for": request.sourceIp,
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
  };
}

const ownHeaders = new Set(["cookie", "connection", "transfer-encoding", "expect", "keep-alive"]);

/** Decoded, values of one name joined; none when there is no query. */
function parametersOf(query: string): Record<string, string> | undefined {
  if (query === "") return undefined;
  const parameters = new URLSearchParams(query);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map(name => [name, parameters.getAll(name).join(",")]),
  );
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `12/Mar/2020:19:03:58 +0000` */
function timeText(timeMs: number): string {
  const [date = "", time = ""] = new Date(timeMs).toISOString().split("T");
  const [year, month, day] = date.split("-");
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
