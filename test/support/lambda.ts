/** Builders for tests of the functions: events as an HTTP API sends them, calls, and functions over stores in memory. */
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import { SystemClock, SystemRandom } from "../../lib/adapters/system/index.ts";
import type { FunctionName, FunctionParts } from "../../lib/app/aws/compose.ts";
import type { HttpHandler } from "../../lib/app/aws/http-handler.ts";
import type { HttpResult } from "../../lib/app/aws/http-result.ts";
import type { FunctionTelemetry } from "../../lib/app/aws/invocation.ts";
import { type Environment, loadFunctionConfig } from "../../lib/app/aws/settings.ts";
import type { LogFields } from "../../lib/ports/index.ts";

/** What a function must be told. */
export const environment = { CUMULOG_TABLE: "table", CUMULOG_BUCKET: "bucket", AWS_REGION: "eu-central-1" };

/** A line of the log. */
export type Line = { readonly level: string; readonly message: string; readonly fields: LogFields };

/** Telemetry that remembers: lines, and the order of calls, flushes and gauges. */
export type Remembered = FunctionTelemetry & {
  readonly lines: Line[];
  readonly steps: string[];
  readonly gauges: Map<string, number>;
};

export function remembering(): Remembered {
  const lines: Line[] = [];
  const steps: string[] = [];
  const gauges = new Map<string, number>();
  return {
    lines,
    steps,
    gauges,
    begin: id => void steps.push(`begin ${id}`),
    flush: () => void steps.push("flush"),
    log: (level, message, fields = {}) => void lines.push({ level, message, fields }),
    count: () => undefined,
    observe: () => undefined,
    gauge: (name, value) => void gauges.set(name, value),
  };
}

/** The parts of a function over stores in memory, or over those given. */
export function partsInMemory(
  name: FunctionName,
  over: Partial<FunctionParts> & { readonly environment?: Environment } = {},
): FunctionParts & { readonly telemetry: Remembered } {
  const { environment: given = {}, ...parts } = over;
  const kind = name === "web-function" ? "web-function" : "function";
  const clock = over.clock ?? new SystemClock();
  return {
    kind,
    name,
    config: loadFunctionConfig(kind, { ...environment, ...given }),
    clock,
    random: new SystemRandom(),
    items: new MemoryItemStore(),
    objects: new MemoryObjectStore({ clock }),
    ...parts,
    telemetry: remembering(),
  };
}

/** A request as an HTTP API hands it on; what is binary travels as base64. */
export type Asked = {
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string | Uint8Array;
};

const domainName = "abcdef1234.execute-api.eu-central-1.amazonaws.com";

/** An event of payload format 2.0, as the guide shows it. */
export function anEvent(method: string, rawPath: string, { query = "", headers, cookies, body }: Asked = {}) {
  const isBase64Encoded = body instanceof Uint8Array;
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: query,
    ...(cookies && { cookies }),
    headers: { host: domainName, "x-forwarded-proto": "https", ...headers },
    requestContext: {
      accountId: "123456789012",
      apiId: "abcdef1234",
      domainName,
      domainPrefix: "abcdef1234",
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId: "JKJaXmPLvHcESHA=",
      routeKey: "$default",
      stage: "$default",
      time: "10/Mar/2026:05:16:23 +0000",
      timeEpoch: 1_773_119_783_636,
    },
    ...(body !== undefined && { body: isBase64Encoded ? Buffer.from(body).toString("base64") : body }),
    isBase64Encoded,
  };
}

/** A call with this much time. */
export function aContext(remainingMs = 30_000, awsRequestId = "7f6e2c51-request") {
  return { awsRequestId, functionName: "test", getRemainingTimeInMillis: () => remainingMs };
}

/** The result of one request. */
export function ask(handler: HttpHandler, method: string, path: string, asked?: Asked): Promise<HttpResult> {
  return handler(anEvent(method, path, asked), aContext());
}

/** The body of a result, as bytes. */
export function bytesOf({ body, isBase64Encoded }: HttpResult): Buffer {
  return Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
}

/** The body of a result, as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers and check what they find
export function jsonOf(result: HttpResult): any {
  return JSON.parse(bytesOf(result).toString("utf8"));
}
