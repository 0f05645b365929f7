/**
 * The handler of a function behind an HTTP API. Every event gets an answer, and it gets it in time: waiting ends before
 * the function does, work that does not end is reported as unknown, and background work is done before the answer goes
 * out, because a function is frozen the moment it has answered.
 *
 *   |<---------------- time of the function, or of the front door: the shorter ---------------->|
 *   | the app answers, perhaps after waiting ... | wait over ... | nothing known | settle | end
 */
import { type Clock, OutcomeUnknown } from "../../ports/index.ts";
import { answerReserveMs, frontDoorTimeoutMs, settleReserveMs, waitReserveMs } from "./bounds.ts";
import { failureResponse } from "./failure.ts";
import type { Serve } from "./gate.ts";
import { requestOf } from "./http-event.ts";
import { type HttpResult, resultOf } from "./http-result.ts";
import { during, type FunctionTelemetry, type Invocation } from "./invocation.ts";

export type HttpHandlerDeps = {
  readonly clock: Clock;
  readonly telemetry: FunctionTelemetry;
  readonly serve: Serve;
  /** Ends what was begun and not waited for. */
  readonly settle: () => Promise<void>;
};

/** What Lambda calls. Never rejects. */
export type HttpHandler = (event: unknown, context: unknown) => Promise<HttpResult>;

export function makeHttpHandler(deps: HttpHandlerDeps): HttpHandler {
  return (event, context) => during(deps.telemetry, context, invocation => answer(deps, event, invocation));
}

async function answer(deps: HttpHandlerDeps, event: unknown, invocation: Invocation): Promise<HttpResult> {
  const { clock } = deps;
  const endMs = clock.monotonicMs() + Math.min(invocation.getRemainingTimeInMillis(), frontDoorTimeoutMs);
  const waiting = new AbortController();
  const stopWaiting = clock.timer(leftUntil(clock, endMs - waitReserveMs), () => waiting.abort());
  const work = serve(deps, event, invocation, waiting.signal).catch(error => failed(deps, invocation, error));
  const result = await within(clock, endMs - answerReserveMs, work);
  stopWaiting();
  await within(
    clock,
    endMs - settleReserveMs,
    deps.settle().catch(() => undefined),
  );
  const unknown = "the time of the function is over: no answer tells whether it was done";
  return result ?? failed(deps, invocation, new OutcomeUnknown(unknown));
}

async function serve(
  deps: HttpHandlerDeps,
  event: unknown,
  { awsRequestId }: Invocation,
  signal: AbortSignal,
): Promise<HttpResult> {
  const request = requestOf(event, { signal, requestId: awsRequestId });
  return resultOf(await deps.serve(request), request.method);
}

function failed({ telemetry }: HttpHandlerDeps, { awsRequestId }: Invocation, error: unknown) {
  return resultOf(failureResponse(telemetry, error, awsRequestId), "GET");
}

/** What the work answers, or undefined when it does not by then; it goes on all the same. */
function within<T>(clock: Clock, untilMs: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.timer(leftUntil(clock, untilMs), () => resolve(undefined));
    work.finally(cancel).then(resolve, reject);
  });
}

function leftUntil(clock: Clock, ms: number): number {
  return Math.max(0, ms - clock.monotonicMs());
}
