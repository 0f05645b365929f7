/**
 * What the runner and the process of a function say to each other, over the channel that Node gives a child.
 */

/** To the process: one event. Times in ms since 1970. */
export type Invocation = {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  readonly deadlineMs: number;
  readonly context: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
    readonly logGroupName: string;
    readonly logStreamName: string;
  };
};

/** What an error of a function comes to. */
export type FunctionError = { readonly errorType: string; readonly errorMessage: string };

/** From the process. `payload` is the JSON of the result. */
export type Report =
  | { readonly kind: "ready" }
  | { readonly kind: "not-ready"; readonly error: FunctionError }
  | { readonly kind: "result"; readonly requestId: string; readonly payload: string }
  | { readonly kind: "error"; readonly requestId: string; readonly error: FunctionError };
