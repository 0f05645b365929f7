/**
 * The process of one function: loads the bundle as Lambda's Node runtime does, and hands it one event after another.
 * Nothing else runs here; the environment is the function's own.
 */
import { pathToFileURL } from "node:url";
import type { FunctionError, Invocation, Report } from "./messages.ts";

type Handler = (event: unknown, context: object) => unknown;

const [file = "", handlerName = ""] = process.argv.slice(2);
const handler = await load();
if (handler !== undefined) {
  process.on("message", (invocation: Invocation) => void run(handler, invocation));
  say({ kind: "ready" });
}

async function load(): Promise<Handler | undefined> {
  try {
    const loaded = await import(pathToFileURL(file).href);
    if (typeof loaded[handlerName] === "function") return loaded[handlerName];
    throw new Error(`${file} exports no function ${handlerName}`);
  } catch (error) {
    say({ kind: "not-ready", error: errorOf(error) });
    process.disconnect();
    return undefined;
  }
}

async function run(handle: Handler, { requestId, event, deadlineMs, context }: Invocation): Promise<void> {
  try {
    const result = await handle(JSON.parse(event), {
      ...context,
      awsRequestId: requestId,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    });
    say({ kind: "result", requestId, payload: JSON.stringify(result) ?? "null" });
  } catch (error) {
    say({ kind: "error", requestId, error: errorOf(error) });
  }
}

function errorOf(error: unknown): FunctionError {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: "Error", errorMessage: String(error) };
}

function say(report: Report): void {
  process.send?.(report);
}
