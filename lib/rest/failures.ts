/**
 * Who hears of a failure: the client always, the log when someone here has to act. One line per failure, never with keys
 * or values.
 */
import type { Telemetry } from "../ports/index.ts";
import { AssertionFailed, CumulogError, type ErrorKind, messageOf } from "../std/index.ts";
import type { Service } from "./deps.ts";
import { translate } from "./errors.ts";

const requestIdPattern = /^[\w.:-]{1,64}$/;
const requestIds = new WeakMap<Request, string>();

/** The id of a request: the client's own (X-Request-Id) or a new one, made when it is first needed. */
export function requestIdOf(service: Service, request: Request): string {
  const known = requestIds.get(request);
  if (known !== undefined) return known;
  const given = request.headers.get("x-request-id");
  const id =
    given !== null && requestIdPattern.test(given)
      ? given
      : Buffer.from(service.random.bytes(8)).toString("hex");
  requestIds.set(request, id);
  return id;
}

/** Writes the failure to the log if it is not the client's own, and answers with the request's id. */
export function reportFailure(service: Service, request: Request, error: unknown): string {
  const requestId = requestIdOf(service, request);
  const { status, code } = translate(error);
  const level = levelOf(error);
  if (level !== undefined)
    service.telemetry.log(level, "request failed", {
      requestId,
      method: request.method,
      path: new URL(request.url).pathname,
      status,
      code,
      error: error instanceof Error ? error.name : "unknown",
      kind: kindOf(error),
      message: messageOf(error),
      ...(status === 500 && error instanceof Error ? { stack: error.stack } : {}),
    });
  return requestId;
}

/** Anything thrown, as an error with a kind: what has none is ours. */
export function asFailure(error: unknown): CumulogError {
  return error instanceof CumulogError
    ? error
    : new AssertionFailed(`failed in a way without a name: ${messageOf(error)}`);
}

function levelOf(error: unknown): Parameters<Telemetry["log"]>[0] | undefined {
  const kind = kindOf(error);
  if (kind === "caller" || kind === "fenced") return undefined;
  return kind === "busy" ? "warn" : "error";
}

function kindOf(error: unknown): ErrorKind {
  return error instanceof CumulogError ? error.kind : "bug";
}
