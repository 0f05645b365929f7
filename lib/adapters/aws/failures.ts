/**
 * What the SDK throws, taken apart: thrown objects are the one thing that types do not vouch for.
 */
import { messageOf } from "../../std/index.ts";

/** The parts of a failure that matter. */
export type Failure = {
  /** The service's own name for it, or the SDK's or Node's. */
  readonly name: string;
  readonly message: string;
  /** `refused`: the service answered, named it and blamed the request. `broken`: all else that may have arrived. */
  readonly kind: "refused" | "throttled" | "broken";
  readonly status: number | undefined;
  /** The SDK saw that our clock is off and has corrected what it signs with: the next request may be taken. */
  readonly isClockCorrected: boolean;
};

/** What the SDK calls an answer that names nothing: it need not be the service's. `NotFound` is its word for a bare 404. */
const unnamed = new Set(["", "Error", "NotFound", "Unknown", "UnknownError"]);

/** Asked to slow down, in all spellings of both services. Some come as 503 and are refusals nevertheless. */
const throttling = new Set([
  "BandwidthLimitExceeded",
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
  "TooManyRequestsException",
]);

/** Takes apart anything that was thrown. */
export function failureOf(error: unknown): Failure {
  const thrown: Thrown = typeof error === "object" && error !== null ? error : {};
  const name = typeof thrown.name === "string" ? thrown.name : "";
  const status = thrown.$metadata?.httpStatusCode;
  const isRefused = thrown.$fault === "client" && !unnamed.has(name);
  const isThrottled = thrown.$fault !== undefined && throttling.has(name);
  return {
    name,
    message: messageOf(error),
    kind: isThrottled ? "throttled" : isRefused ? "refused" : "broken",
    status: typeof status === "number" ? status : undefined,
    isClockCorrected: thrown.$metadata?.clockSkewCorrected === true,
  };
}

type Thrown = {
  readonly name?: unknown;
  /** Set by the SDK on what a service answered, and on nothing else. */
  readonly $fault?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown; readonly clockSkewCorrected?: unknown };
};
