/**
 * Who hears of a failure: the client always; the log as a warning or an error when someone here has to act, for
 * debugging otherwise. One line per failure, never with keys or values.
 */
import { EngineClosed } from "../engine/index.ts";
import type { Telemetry } from "../ports/index.ts";
import { AssertionFailed, CumulogError, type ErrorKind, errorNameOf, messageOf } from "../std/index.ts";
import type { Service } from "./deps.ts";
import { ServerStopping, translate } from "./errors.ts";

const requestIdHeaderName = "x-request-id";
const requestIdPattern = /^[\w.:-]{1,64}$/;
const requestIds = new WeakMap<Request, string>();

/** The id of a request: the client's own (X-Request-Id) or a new one, made when it is first needed. */
export function requestIdOf(service: Service, request: Request): string {
  const known = requestIds.get(request);
  if (known !== undefined) return known;
  const given = request.headers.get(requestIdHeaderName);
  const id =
    given !== null && requestIdPattern.test(given)
      ? given
      : Buffer.from(service.random.bytes(8)).toString("hex");
  requestIds.set(request, id);
  return id;
}

/** The header that names a request to its client: with every error, and with answers that may hold errors of records. */
export function requestIdHeader(service: Service, request: Request): Readonly<Record<string, string>> {
  return { [requestIdHeaderName]: requestIdOf(service, request) };
}

/** Writes the failure to the log, and answers with the request's id. */
export function reportFailure(service: Service, request: Request, error: unknown): string {
  const requestId = requestIdOf(service, request);
  const { status, code } = translate(error);
  const level = levelOf(error);
  const isRefusal = level === "debug";
  service.telemetry.log(level, isRefusal ? "request refused" : "request failed", {
    requestId,
    method: request.method,
    path: new URL(request.url).pathname,
    status,
    code,
    error: errorNameOf(error),
    kind: kindOf(error),
    // The message of a refusal quotes what the client sent: a key or a value may be in it.
    ...(!isRefusal && { message: messageOf(error) }),
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

function levelOf(error: unknown): Parameters<Telemetry["log"]>[0] {
  const kind = kindOf(error);
  if (kind === "caller" || kind === "fenced") return "debug";
  // Whoever stops the server expects that streams end with it: nobody has to act.
  if (error instanceof ServerStopping || error instanceof EngineClosed) return "debug";
  return kind === "busy" ? "warn" : "error";
}

function kindOf(error: unknown): ErrorKind {
  return error instanceof CumulogError ? error.kind : "bug";
}
