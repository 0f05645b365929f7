/**
 * `cumulog serve`: the whole service in this process, until a signal ends it. Prints one line on stdout, when it is
 * ready; all else it says goes to stderr.
 */
import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import {
  type Config,
  flagOf,
  InvalidConfiguration,
  loadConfig,
  placeOf,
  type RunningService,
  type Setting,
  serve,
  settingNames,
  settings,
  variableOf,
} from "../../lib/app/index.ts";
import { UsageWrong } from "../errors.ts";
import { printUnlessClosed, tell } from "../output.ts";
import { onEachSignal } from "../signals.ts";

/** Signals that the drain outlasts; one more ends it. */
const signalsOutlasted = 2;
/** Cut short by a signal, as shells say it: 128 and its number. */
const cutExitCode = { SIGINT: 130, SIGTERM: 143 } as const;

const notes = `
Every setting may also stand in the environment or, as JSON, in the file of --config; a flag wins over both.
Ctrl-C or SIGTERM drains: what is under way is acknowledged or refused. A second one changes nothing, a third ends it.`;

/** Options, one a setting, and the action of the command. */
export function defineServe(command: Command): void {
  for (const name of settingNames()) command.addOption(optionOf(name, settings[name]));
  command
    .option("--config <file>", "read settings from this JSON file (env: CUMULOG_CONFIG)")
    .addHelpText("after", notes)
    .action(options => run(options));
}

/** Without a default of its own: a flag that was not given must not hide the environment. */
function optionOf(name: string, setting: Setting<unknown>): Option {
  const value = setting.type === "boolean" ? " [true|false]" : ` <${setting.unit || setting.type}>`;
  const shownDefault = Array.isArray(setting.defaultValue) ? "none" : String(setting.defaultValue);
  const range = setting.range === "" || setting.type === "boolean" ? "" : `${setting.range}; `;
  return new Option(
    `${flagOf(name)}${value}`,
    `${setting.documentation} (${range}default: ${shownDefault}, env: ${variableOf(name)})`,
  );
}

async function run(flags: Readonly<Record<string, unknown>>): Promise<void> {
  const config = readConfig(flags);
  // Before the start: a signal that comes meanwhile must not leave the stores half open.
  const stopping = Promise.withResolvers<void>();
  let kill: (() => void) | undefined;
  const release = onEachSignal((signal, nth) => {
    stopping.resolve();
    if (nth > signalsOutlasted) {
      tell(`${signal}, the third signal: ended without draining, what was under way has no answer`);
      kill?.();
      process.exit(cutExitCode[signal]);
    }
    tell(
      nth === 1
        ? `${signal}: no new requests, finishing what is under way`
        : `${signal}, the second signal: still finishing; one more ends it at once`,
    );
  });
  const service = await serve(config);
  kill = () => service.kill();
  await printUnlessClosed(readyLine(service, config));
  await stopping.promise;
  await service.stop();
  release();
}

function readConfig(flags: Readonly<Record<string, unknown>>): Config {
  try {
    return loadConfig({ flags, environment: process.env, readFile: path => readFileSync(path, "utf8") });
  } catch (error) {
    throw error instanceof InvalidConfiguration ? new UsageWrong(error.message) : error;
  }
}

/** Scripts wait for this line: it begins with `ready ` and names where the server is found. */
function readyLine({ addresses, kafkaAddress }: RunningService, config: Config): string {
  const parts = [
    ...addresses.map(address => `http=${address}`),
    `kafka=${kafkaAddress}`,
    `data=${placeOf(config)}`,
  ];
  // The clock of the process starts with it.
  return `ready ${parts.join(" ")} in ${Math.round(performance.now())} ms\n`;
}
