/**
 * Reads the configuration at the door: flag, then environment, then file, then default. Every problem is reported at
 * once, each naming where the bad value stands, so that a set-up is repaired in one go. The result is frozen.
 */
import { CumulogError, messageOf } from "../std/index.ts";
import { type Config, flagOf, kebab, type SettingName, settings, variableOf } from "./settings.ts";

/** The configuration cannot be used. The message has every problem, one a line. */
export class InvalidConfiguration extends CumulogError {
  override readonly name = "InvalidConfiguration";
  readonly kind = "caller";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** Where values come from. */
export type ConfigSources = {
  /** As the argument parser gives them, by the name of the setting; `config` names the file. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
};

/** A value, as text, and where it stands. */
type Given = { readonly text: string; readonly place: string };

/** The configuration of a server. Throws InvalidConfiguration. */
export function loadConfig(sources: ConfigSources): Config {
  const problems: string[] = [];
  const file = readConfigFile(sources, problems);
  const values: Record<string, unknown> = {};
  for (const name of settingNames()) {
    const setting = settings[name];
    const given =
      fromValue(sources.flags[name], flagOf(name), problems) ??
      fromValue(sources.environment[variableOf(name)], variableOf(name), problems) ??
      fromValue(file.values[kebab(name)], `${file.path}: ${kebab(name)}`, problems);
    const parsed = given && setting.parse(given.text);
    if (parsed && "problem" in parsed) problems.push(`${given.place}: ${parsed.problem}`);
    values[name] = Object.freeze(parsed && "value" in parsed ? parsed.value : setting.defaultValue);
  }
  // Each value was made by the parser of its own setting, or is its default.
  const config = values as Config;
  problems.push(...contradictions(config));
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return Object.freeze(config);
}

/** Names of all settings, in the order of the list. */
export function settingNames(): readonly SettingName[] {
  return Object.keys(settings) as SettingName[];
}

/** A configuration of defaults, but for what is given: for those who start a server from code. */
export function configOf(given: Partial<Config>): Config {
  const defaults = loadConfig({ flags: {}, environment: {}, readFile: () => "{}" });
  return Object.freeze({ ...defaults, ...given });
}

type ConfigFile = { readonly path: string; readonly values: Readonly<Record<string, unknown>> };

function readConfigFile(sources: ConfigSources, problems: string[]): ConfigFile {
  const flag = sources.flags["config"];
  const path = flag ?? sources.environment["CUMULOG_CONFIG"];
  if (typeof path !== "string") return { path: "", values: {} };
  const source = `${flag === undefined ? "CUMULOG_CONFIG" : "--config"} ${path}`;
  const values = parseFile(
    source,
    readText(() => sources.readFile(path), source, problems),
    problems,
  );
  const known = new Set(settingNames().map(kebab));
  for (const key of Object.keys(values))
    if (!known.has(key)) problems.push(`${path}: ${JSON.stringify(key)} is not a setting`);
  return { path, values };
}

/** The text; undefined when it cannot be read. */
function readText(read: () => string, source: string, problems: string[]): string | undefined {
  try {
    return read();
  } catch (error) {
    problems.push(`${source} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

/** `source` says by which flag or variable the file was named: who is told of it may not know that there is a file. */
function parseFile(
  source: string,
  text: string | undefined,
  problems: string[],
): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const values: unknown = JSON.parse(text);
    if (isRecord(values)) return values;
    problems.push(`${source}: a JSON object of settings is wanted`);
  } catch (error) {
    problems.push(`${source} is no JSON: ${messageOf(error)}`);
  }
  return {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fromValue(value: unknown, place: string, problems: string[]): Given | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return { text: String(value), place };
  if (Array.isArray(value) && value.every(part => typeof part === "string"))
    return { text: value.join(","), place };
  problems.push(`${place}: ${JSON.stringify(value)} is no text, number, true, false or list of texts`);
  return undefined;
}

function contradictions(config: Config): readonly string[] {
  const problems: string[] = [];
  if (config.backend === "aws") problems.push(...missingForAws(config));
  if (config.appendBufferBytes < config.segmentBytes)
    problems.push(
      `${flagOf("appendBufferBytes")} ${config.appendBufferBytes} is below ${flagOf("segmentBytes")} ${config.segmentBytes}`,
    );
  if (config.bodyBufferBytes < config.requestBytesMax)
    problems.push(
      `${flagOf("bodyBufferBytes")} ${config.bodyBufferBytes} is below ${flagOf("requestBytesMax")} ${config.requestBytesMax}`,
    );
  return problems;
}

/** Hosts that stand for every address of the machine: nobody can be told to come there. */
const wildcards: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function missingForAws(config: Config): readonly string[] {
  const problems: string[] = [];
  for (const name of ["table", "bucket"] as const)
    if (config[name] === "")
      problems.push(`${flagOf(name)} (${variableOf(name)}) is needed with ${flagOf("backend")} aws`);
  if (config.memory) problems.push(`${flagOf("memory")} and ${flagOf("backend")} aws exclude each other`);
  if (wildcards.has(config.host) && config.advertisedHost === "")
    problems.push(
      `${flagOf("advertisedHost")} is needed with ${flagOf("backend")} aws and ${flagOf("host")} ${config.host}: other servers name this one to their clients`,
    );
  return problems;
}
