/**
 * The tree of commands. What a command takes and does stands in its own file, which is loaded only when the command was
 * typed: `serve` starts without the client, and `produce` without the server.
 */
import { Command, Option } from "commander";
import { packageVersion } from "../lib/app/version/index.ts";
import { UsageWrong } from "./errors.ts";
import { serverUrl } from "./options.ts";

/** What the file of a command exports: it adds options, help and the action. */
export type Define = (command: Command) => void;

type Row = { readonly name: string; readonly summary: string; readonly load: () => Promise<Define> };

const commands: readonly Row[] = [
  {
    name: "serve",
    summary: "run a server in this process",
    load: async () => (await import("./commands/serve.ts")).defineServe,
  },
  {
    name: "topics",
    summary: "create, list, describe, alter and delete topics",
    load: async () => (await import("./commands/topics.ts")).defineTopics,
  },
  {
    name: "produce",
    summary: "append a record per line of stdin or of a file",
    load: async () => (await import("./commands/produce.ts")).defineProduce,
  },
  {
    name: "consume",
    summary: "print the records of a topic",
    load: async () => (await import("./commands/consume.ts")).defineConsume,
  },
  {
    name: "groups",
    summary: "list, describe and delete consumer groups, and move their offsets",
    load: async () => (await import("./commands/groups.ts")).defineGroups,
  },
  {
    name: "maintain",
    summary: "compact and clean the log now, or say what there is to do",
    load: async () => (await import("./commands/maintain.ts")).defineMaintain,
  },
  {
    name: "doctor",
    summary: "say what is wrong with a set-up",
    load: async () => (await import("./commands/doctor.ts")).defineDoctor,
  },
  {
    name: "mend",
    summary: "make a table on AWS fit that was restored from a backup",
    load: async () => (await import("./commands/mend.ts")).defineMend,
  },
];

/** Options that every command takes, before or after its name. */
export type GlobalOptions = { readonly url: URL; readonly debug?: true };

/** The parser; it throws CommanderError instead of ending the process, and `write` gets the help that was asked for. */
export function makeProgram(write: (text: string) => void): Command {
  const program = new Command("cumulog")
    .description("Kafka's log without brokers: run it, write to it, read it.")
    .exitOverride()
    // Errors are printed by main, as all others are.
    .configureOutput({ outputError: () => undefined, writeOut: write })
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .addHelpText("beforeAll", ({ command }) => requireKnown(command))
    .addOption(
      new Option("--url <url>", "the server to talk to")
        .env("CUMULOG_URL")
        .default(new URL("http://127.0.0.1:8080"), "http://127.0.0.1:8080")
        .argParser(serverUrl),
    )
    .option("--debug", "show where in the program an error came from")
    .version(packageVersion(), "--version", "print the version");
  for (const { name, summary } of commands) program.command(name).summary(summary);
  return program.hook("preSubcommand", async (_program, command) => {
    const row = commands.find(each => each.name === command.name());
    if (row) (await row.load())(command.description(row.summary));
  });
}

/** Help is printed before names are looked up: that of a command which is not there would be its parent's. */
function requireKnown(command: Command): string {
  const name = command.args.find(arg => !arg.startsWith("-"));
  const isKnown = command.commands.length === 0 || command.commands.some(each => each.name() === name);
  if (name !== undefined && !isKnown)
    throw new UsageWrong(`unknown command '${name}': see \`${pathOf(command)} --help\``);
  return "";
}

/** `cumulog topics` */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
