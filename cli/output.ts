/**
 * Standard output, written piece by piece: a slow reader slows the writer, a reader that went away ends it. Written from
 * a thread of the pool and not through process.stdout, which blocks the whole process on a full pipe, signals too.
 */
import { write } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { utf8 } from "../lib/std/index.ts";
import { OutputClosed } from "./errors.ts";

const stdoutFd = 1;
/** Pause before another try of a pipe that its other owner made non-blocking. */
const fullPipePauseMs = 5;

const writeTo = promisify(write);

/** Writes all of it to stdout, in order if awaited. Throws OutputClosed when nobody reads any more. */
export async function print(output: string | Uint8Array): Promise<void> {
  let rest = typeof output === "string" ? utf8(output) : output;
  while (rest.length > 0) {
    const written = await writeTo(stdoutFd, rest).catch(afterFailure);
    rest = rest.subarray(typeof written === "number" ? written : written.bytesWritten);
  }
}

/** As `print`, for what is said in passing: that nobody reads it changes nothing. */
export async function printUnlessClosed(output: string): Promise<void> {
  await print(output).catch((error: unknown) => {
    if (!(error instanceof OutputClosed)) throw error;
  });
}

/** One line of JSON, for scripts. */
export function printJson(value: unknown): Promise<void> {
  return print(`${JSON.stringify(value)}\n`);
}

/** One line for the person at the terminal. */
export function tell(text: string): void {
  process.stderr.write(`cumulog: ${text}\n`);
}

async function afterFailure(error: unknown): Promise<number> {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EPIPE") throw new OutputClosed("nobody reads the output");
  if (code !== "EAGAIN") throw error;
  await wait(fullPipePauseMs);
  return 0;
}
