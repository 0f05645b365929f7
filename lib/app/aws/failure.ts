/**
 * What a client hears when the app could not answer: no event that it can read, a log that is not ready, no time left.
 * It reads as every answer of the API does, and what someone here has to act upon is one line in the log.
 */
import type { Telemetry } from "../../ports/index.ts";
import { publicMessage, retryAfterHeader, translate } from "../../rest/index.ts";
import { errorNameOf, messageOf } from "../../std/index.ts";

/** The answer to a request that failed outside the app. */
export function failureResponse(telemetry: Telemetry, error: unknown, requestId: string): Response {
  const translation = translate(error);
  const { status, code } = translation;
  if (status >= 500)
    telemetry.log(status === 500 ? "error" : "warn", "request failed", {
      requestId,
      status,
      code,
      error: errorNameOf(error),
      message: messageOf(error),
    });
  const headers = {
    "cache-control": "no-store",
    "x-request-id": requestId,
    ...retryAfterHeader(translation),
  };
  return Response.json({ error_code: code, message: publicMessage(error, requestId) }, { status, headers });
}
