/**
 * One execution environment of a function: a process of its own, which serves one event at a time and is stopped between
 * two events, as Lambda freezes it: neither a timer nor a socket moves then.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { FunctionError, Invocation, Report } from "./messages.ts";

const main = join(import.meta.dirname, "process-main.ts");
/** V8's share of a function's memory, as Lambda's runtime gives it. */
const heapShare = 0.9;
const readyMsMax = 10_000;

/** How an event ended. */
export type Outcome =
  | { readonly kind: "result"; readonly payload: string }
  | { readonly kind: "error"; readonly error: FunctionError };

/** What is needed to start a process. */
export type ProcessPlan = {
  readonly folder: string;
  /** `index.handler` */
  readonly handler: string;
  readonly memoryMiB: number;
  readonly environment: Record<string, string>;
  /** Hears every line that the process writes. */
  readonly onLine: (line: string) => void;
};

export class FunctionProcess {
  readonly #child: ChildProcess;
  #isOver = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts a process and waits until the bundle is loaded. An error of that is an outcome. */
  static async start(plan: ProcessPlan): Promise<FunctionProcess | FunctionError> {
    const [module = "", name = ""] = plan.handler.split(".");
    const child = fork(main, [join(plan.folder, `${module}.mjs`), name], {
      cwd: plan.folder,
      env: plan.environment,
      execArgv: [`--max-old-space-size=${Math.floor(plan.memoryMiB * heapShare)}`],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    listenTo(child, plan.onLine);
    const report = await nextReport(child, readyMsMax);
    if (report?.kind === "ready") return new FunctionProcess(child);
    child.kill("SIGKILL");
    return report?.kind === "not-ready"
      ? report.error
      : died("Runtime.ExitError", "ended while it was loaded");
  }

  /** Hands over one event. After a time-out, and when the process ends by itself, it is over. */
  async invoke(invocation: Invocation, timeoutMs: number): Promise<Outcome> {
    this.#child.kill("SIGCONT");
    const answered = nextReport(this.#child, timeoutMs);
    this.#child.send(invocation);
    const report = await answered;
    if (report?.kind === "result" || report?.kind === "error") {
      this.#child.kill("SIGSTOP");
      return report;
    }
    this.#isOver = true;
    if (hasEnded(this.#child)) return { kind: "error", error: died("Runtime.ExitError", "ended") };
    this.#child.kill("SIGKILL");
    return { kind: "error", error: died("Sandbox.Timedout", `timed out after ${timeoutMs / 1000} seconds`) };
  }

  /** Whether it can take no further event. */
  get isOver(): boolean {
    return this.#isOver || hasEnded(this.#child);
  }

  async close(): Promise<void> {
    if (hasEnded(this.#child)) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** The next thing that a process says; undefined when it ends or takes too long. */
async function nextReport(child: ChildProcess, msMax: number): Promise<Report | undefined> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = setTimeout(end, msMax);
  child.once("exit", end);
  try {
    const [report] = (await once(child, "message", { signal: over.signal })) as [Report];
    return report;
  } catch (error) {
    if (over.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
    child.off("exit", end);
  }
}

function listenTo(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    });
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function died(errorType: string, what: string): FunctionError {
  return { errorType, errorMessage: `RequestId: the process ${what}` };
}
