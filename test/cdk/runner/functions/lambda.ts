/**
 * Lambda: keeps the processes of every function, one for each event at a time, and bounds what goes in and out.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
import { randomUUID } from "node:crypto";
import type { Place } from "../template/index.ts";
import { type Credentials, environmentOf, type FunctionDefinition } from "./definition.ts";
import { FunctionProcess, type Outcome } from "./function-process.ts";

/** An event and a result, bytes of JSON: 6 MiB, and a little more on the way out. */
export const lambdaLimits = { eventBytesMax: 6_291_456, resultBytesMax: 6_291_556 } as const;

/** What Lambda asks of the world around it. */
export type LambdaDeps = {
  readonly awsUrl: string;
  readonly place: Place;
  /** Credentials of a role, after Lambda has taken it. Throws when it may not. */
  readonly assume: (role: string) => Credentials;
  /** A line for the log of a function: it is written with the function's own role. */
  readonly log: (definition: FunctionDefinition, logStream: string, line: string) => void;
};

/** `too-large`: the event never reached the function. */
export type Invoked = Outcome | { readonly kind: "too-large" };

export class Lambda {
  readonly #deps: LambdaDeps;
  readonly #functions: ReadonlyMap<string, FunctionDefinition>;
  readonly #idle = new Map<string, FunctionProcess[]>();
  readonly #all: FunctionProcess[] = [];

  constructor(deps: LambdaDeps, functions: readonly FunctionDefinition[]) {
    this.#deps = deps;
    this.#functions = new Map(functions.map(definition => [definition.arn, definition]));
  }

  /** How many processes were started. */
  get processes(): number {
    return this.#all.length;
  }

  /** Calls a function and waits for its result. */
  async invoke(arn: string, event: unknown): Promise<Invoked> {
    const definition = this.#functions.get(arn);
    if (definition === undefined) throw new Error(`there is no function ${arn}`);
    const text = JSON.stringify(event);
    if (Buffer.byteLength(text) > lambdaLimits.eventBytesMax) return { kind: "too-large" };
    const outcome = await this.#run(definition, text);
    return outcome.kind === "result" && Buffer.byteLength(outcome.payload) > lambdaLimits.resultBytesMax
      ? {
          kind: "error",
          error: {
            errorType: "Function.ResponseSizeTooLarge",
            errorMessage: `Response payload size exceeded maximum allowed payload size (${lambdaLimits.resultBytesMax} bytes).`,
          },
        }
      : outcome;
  }

  /** Forgets every process that waits, so that the next event meets a cold start. */
  async cool(): Promise<void> {
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    await Promise.all(idle.map(each => each.close()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(each => each.close()));
  }

  async #run(definition: FunctionDefinition, event: string): Promise<Outcome> {
    const idle = this.#idle.get(definition.arn) ?? [];
    this.#idle.set(definition.arn, idle);
    const logStream = `${new Date().toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${randomUUID().replaceAll("-", "")}`;
    const process = idle.pop() ?? (await this.#start(definition, logStream));
    if (!(process instanceof FunctionProcess)) return { kind: "error", error: process };
    const outcome = await process.invoke(
      {
        requestId: randomUUID(),
        event,
        deadlineMs: Date.now() + definition.timeoutMs,
        context: {
          functionName: definition.name,
          functionVersion: "$LATEST",
          invokedFunctionArn: definition.arn,
          memoryLimitInMB: String(definition.memoryMiB),
          logGroupName: definition.logGroup,
          logStreamName: logStream,
        },
      },
      definition.timeoutMs,
    );
    if (!process.isOver) idle.push(process);
    return outcome;
  }

  async #start(definition: FunctionDefinition, logStream: string) {
    const { awsUrl, place, assume, log } = this.#deps;
    const started = await FunctionProcess.start({
      folder: definition.folder,
      handler: definition.handler,
      memoryMiB: definition.memoryMiB,
      environment: environmentOf(definition, {
        credentials: assume(definition.role),
        awsUrl,
        logStream,
        place,
      }),
      onLine: line => log(definition, logStream, line),
    });
    if (started instanceof FunctionProcess) this.#all.push(started);
    return started;
  }
}
