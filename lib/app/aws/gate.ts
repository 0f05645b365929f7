/**
 * Before its first request is served, a process looks whether it can read what is stored. Once that has succeeded it is
 * not asked again; while it fails, requests are answered with the reason, and each asks anew.
 */
import type { Telemetry } from "../../ports/index.ts";
import { failureResponse } from "./failure.ts";

/** Serves a request. */
export type Serve = (request: Request) => Response | Promise<Response>;

export type GateDeps = {
  readonly telemetry: Telemetry;
  readonly ready: () => Promise<void>;
  readonly serve: Serve;
};

/** Serves as `serve` does, once `ready` has succeeded. Requests that come together ask together. */
export function gated({ telemetry, ready, serve }: GateDeps): Serve {
  let opening: Promise<void> | undefined;
  return async request => {
    opening ??= ready();
    try {
      await opening;
    } catch (error) {
      opening = undefined;
      return failureResponse(telemetry, error, requestIdOf(request));
    }
    return serve(request);
  };
}

/** The sender's, or that of the front door. */
function requestIdOf({ headers }: Request): string {
  return headers.get("x-request-id") ?? headers.get("lambda-web-request-id") ?? "unknown";
}
