import type { Service } from "../deps.ts";

/** Ends the waiting of a request: its client is gone, or the server stops. */
export function waitingSignal({ stopping }: Service, request: Request): AbortSignal {
  return AbortSignal.any([request.signal, stopping]);
}
