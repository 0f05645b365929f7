/**
 * One call of a function: who it is, and how much time is left. The runtime's own words, as far as they are needed
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html).
 */
import type { Telemetry } from "../../ports/index.ts";
import { frontDoorTimeoutMs } from "./bounds.ts";

/** What a process says of itself, call by call. */
export type FunctionTelemetry = Telemetry & {
  /** What is said from now on belongs to this call. */
  begin(functionRequestId: string): void;
  /** Writes what was gathered: at the end of every call. */
  flush(): void;
};

/** What the runtime says of a call. */
export type Invocation = {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
};

/** What is known of a call, with the front door's patience where nothing is: a test console may leave it out. */
export function invocationOf(context: unknown): Invocation {
  const { awsRequestId, getRemainingTimeInMillis } = (context ?? {}) as Partial<Invocation>;
  return {
    awsRequestId: typeof awsRequestId === "string" ? awsRequestId : "unknown",
    getRemainingTimeInMillis: () =>
      typeof getRemainingTimeInMillis === "function"
        ? getRemainingTimeInMillis.call(context)
        : frontDoorTimeoutMs,
  };
}

/** Serves one call: what is said meanwhile belongs to it and is written in the end, and the process stays until then. */
export async function during<T>(
  telemetry: FunctionTelemetry,
  context: unknown,
  work: (invocation: Invocation) => Promise<T>,
): Promise<T> {
  const invocation = invocationOf(context);
  telemetry.begin(invocation.awsRequestId);
  const release = holdOpen();
  try {
    return await work(invocation);
  } finally {
    telemetry.flush();
    release();
  }
}

/**
 * Keeps the process alive until the function returned is called. The clock's timers do not, nor does a connection that
 * waits for its next use: without this a long poll looks to the runtime like a function with nothing left to do.
 */
export function holdOpen(): () => void {
  const timer = setInterval(() => undefined, frontDoorTimeoutMs);
  return () => clearInterval(timer);
}
