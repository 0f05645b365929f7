/**
 * The entry of the command line: runs the command that was typed, tells what went wrong in one line on stderr and says
 * it in the exit code: 0 done, 1 not done, 2 typed wrongly. bin/cumulog.js calls `main`.
 */
import { CommanderError } from "commander";
import { messageOf } from "../lib/std/index.ts";
import { FoundProblems, OutputClosed, UsageWrong } from "./errors.ts";
import { printUnlessClosed, tell } from "./output.ts";
import { makeProgram } from "./program.ts";

const exitCode = { done: 0, failed: 1, usage: 2 } as const;

/** Runs one command. Never throws: the exit code of the process is set, and the process ends when its work is done. */
export async function main(argv: readonly string[]): Promise<void> {
  // Whoever read it went away: nobody is left to tell.
  process.stderr.on("error", () => undefined);
  let help = "";
  const program = makeProgram(text => {
    help += text;
  });
  try {
    // `help produce` is `produce --help`, so that only the file of that command is loaded.
    const args = argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = endWith(error, program.opts()["debug"] === true);
    await printUnlessClosed(help);
  }
}

function endWith(error: unknown, isDebugging: boolean): number {
  if (error instanceof OutputClosed) return exitCode.done;
  if (error instanceof FoundProblems) return exitCode.failed;
  if (error instanceof CommanderError) return endParsing(error);
  tell(oneLine(messageOf(error)));
  if (isDebugging && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return error instanceof UsageWrong ? exitCode.usage : exitCode.failed;
}

/** Of what the parser ends with, help and version are no errors; help that nobody asked for was printed by it. */
function endParsing(error: CommanderError): number {
  if (error.exitCode === 0) return exitCode.done;
  if (error.code !== "commander.help") tell(oneLine(error.message.replace(/^error: /, "")));
  return exitCode.usage;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*\(/g, " (").replace(/[.;]?\s*\n\s*/g, "; ");
}
