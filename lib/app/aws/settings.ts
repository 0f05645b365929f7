/**
 * What a function is told by its environment: where the log lies, and those settings of a server that make sense there,
 * with the same names and the same parsers. Everything that is wrong is reported together, when the function starts.
 *
 * A function serves one request at a time and shares nothing, so some defaults are not a server's; a web function is
 * a server but for its stores.
 */
import { InvalidConfiguration } from "../config.ts";
import { integer, type Setting, settings, text, variableOf } from "../settings.ts";
import { bodyBytesMax } from "./bounds.ts";

/** How requests come: one at a time as events, or many at once over HTTP. */
export type FunctionKind = "function" | "web-function";

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

const mebibyte = 1024 * 1024;
const { lingerMs, logLevel, segmentBytes, itemTierBytes, appendBufferBytes, blockCacheBytes } = settings;
const { requestBytesMax, bodyBufferBytes, allowedOrigins } = settings;
const { groupMaxSize, groupConsumerSessionTimeoutMs, groupConsumerHeartbeatIntervalMs } = settings;
const { offsetsRetentionMinutes, compactionAgeMs, compactionTargetBytes, sweepGraceMs } = settings;
const dayMs = 86_400_000;

/** Every setting of a function by its name; its variable is made of that, as a server's is. */
export const functionSettings = {
  table: text("", "The DynamoDB table of the log."),
  bucket: text("", "The S3 bucket of the log."),
  stage: text("dev", "Which installation this is: a dimension of its metrics, and in each log line."),
  logLevel,
  lingerMs,
  segmentBytes,
  itemTierBytes,
  appendBufferBytes,
  blockCacheBytes,
  requestBytesMax,
  bodyBufferBytes,
  allowedOrigins,
  groupMaxSize,
  groupConsumerSessionTimeoutMs,
  groupConsumerHeartbeatIntervalMs,
  offsetsRetentionMinutes,
  compactionAgeMs,
  compactionTargetBytes,
  restoreWindowDays: integer(
    35,
    { min: 0, max: 35 },
    "days",
    "How far back the table may be restored: segments that it named meanwhile are kept. 0: it never is.",
  ),
  sweepGraceMs,
  sweepIntervalMs: integer(
    dayMs,
    { min: 0, max: 7 * dayMs },
    "ms",
    "How long after a sweep the maintenance sweeps again.",
  ),
  jobsQueue: text(
    "",
    "The URL of the SQS queue by which the maintenance gives work to its workers. Empty: it has none.",
  ),
  jobsFromBytes: integer(
    64 * mebibyte,
    { min: 0, max: 1024 * mebibyte },
    "bytes",
    "A shard in which so much waits to be compacted, estimated, is given to a worker; the maintenance does the others itself.",
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** The name of a setting of a function. */
export type FunctionSettingName = keyof typeof functionSettings;

type Values = {
  readonly [Name in FunctionSettingName]: (typeof functionSettings)[Name] extends Setting<infer T>
    ? T
    : never;
};

/** Every setting, as it is used, and what the runtime adds. */
export type FunctionConfig = Values & {
  readonly region: string;
  /** Of an emulator. */
  readonly dynamoDbEndpoint?: string;
  readonly s3Endpoint?: string;
  readonly sqsEndpoint?: string;
};

const required: readonly FunctionSettingName[] = ["table", "bucket"];

/** Defaults that are not a server's, with their reasons. */
export const functionDefaults: Readonly<Record<FunctionKind, Partial<Values>>> = {
  function: {
    // One request at a time: nobody comes whom it would be worth waiting for.
    lingerMs: 0,
    // What one request brings is one segment, and so one PUT, with the frame of each batch.
    segmentBytes: 2 * bodyBytesMax,
    appendBufferBytes: 4 * bodyBytesMax,
    // It is read again only when the same environment happens to be asked again.
    blockCacheBytes: 16 * mebibyte,
    requestBytesMax: bodyBytesMax,
    bodyBufferBytes: 2 * bodyBytesMax,
  },
  // A process of unknown size: bodies take a share of it that leaves room for segments and records.
  "web-function": { bodyBufferBytes: 64 * mebibyte },
};

/** Variables of others that a function reads too: the runtime's, and those that point at an emulator. */
const variables = {
  region: "AWS_REGION",
  dynamoDbEndpoint: "AWS_ENDPOINT_URL_DYNAMODB",
  s3Endpoint: "AWS_ENDPOINT_URL_S3",
  sqsEndpoint: "AWS_ENDPOINT_URL_SQS",
} as const;

/** One environment variable of a function. */
export type FunctionVariable = {
  readonly name: string;
  readonly setting: FunctionSettingName;
  readonly isRequired: boolean;
  readonly documentation: string;
};

/** THE list of variables that whoever deploys a function may give it. */
export const functionVariables: readonly FunctionVariable[] = functionSettingNames().map(setting => ({
  name: variableOf(setting),
  setting,
  isRequired: required.includes(setting),
  documentation: functionSettings[setting].documentation,
}));

/** Names of all settings of a function, in the order of the list. */
export function functionSettingNames(): readonly FunctionSettingName[] {
  return Object.keys(functionSettings) as FunctionSettingName[];
}

/** The default of a setting, as a function of this kind has it. */
export function functionDefault(kind: FunctionKind, name: FunctionSettingName): unknown {
  return functionDefaults[kind][name] ?? functionSettings[name].defaultValue;
}

/** The configuration of a function, frozen. Throws InvalidConfiguration with every problem. */
export function loadFunctionConfig(kind: FunctionKind, environment: Environment): FunctionConfig {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const name of functionSettingNames()) {
    const given = environment[variableOf(name)];
    if (given === undefined && required.includes(name)) problems.push(`${variableOf(name)}: is missing`);
    const parsed = given === undefined ? undefined : functionSettings[name].parse(given);
    if (parsed && "problem" in parsed) problems.push(`${variableOf(name)}: ${parsed.problem}`);
    values[name] = Object.freeze(parsed && "value" in parsed ? parsed.value : functionDefault(kind, name));
  }
  // Each value was made by the parser of its own setting, or is its default.
  const config = { ...(values as Values), ...placesOf(environment, problems) };
  problems.push(...contradictions(kind, config));
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return Object.freeze(config);
}

/** Variables that look like settings and are none: misspelt, or of another version. */
export function unknownVariables(environment: Environment): readonly string[] {
  const known = new Set(functionVariables.map(({ name }) => name));
  return Object.keys(environment).filter(name => name.startsWith("CUMULOG_") && !known.has(name));
}

function placesOf(environment: Environment, problems: string[]): Omit<FunctionConfig, keyof Values> {
  const region = environment[variables.region] ?? "";
  if (region === "") problems.push(`${variables.region}: is missing`);
  const dynamoDbEndpoint = endpointOf(environment, variables.dynamoDbEndpoint, problems);
  const s3Endpoint = endpointOf(environment, variables.s3Endpoint, problems);
  const sqsEndpoint = endpointOf(environment, variables.sqsEndpoint, problems);
  return {
    region,
    ...(dynamoDbEndpoint && { dynamoDbEndpoint }),
    ...(s3Endpoint && { s3Endpoint }),
    ...(sqsEndpoint && { sqsEndpoint }),
  };
}

function endpointOf(environment: Environment, name: string, problems: string[]): string | undefined {
  const given = environment[name];
  if (given === undefined || given === "") return undefined;
  const protocol = URL.canParse(given) ? new URL(given).protocol : "";
  if (protocol !== "http:" && protocol !== "https:")
    problems.push(`${name}: ${JSON.stringify(given)} is no http or https URL`);
  return given;
}

function contradictions(kind: FunctionKind, config: Values): readonly string[] {
  const problems: string[] = [];
  const atLeast = (
    name: "appendBufferBytes" | "bodyBufferBytes",
    least: "segmentBytes" | "requestBytesMax",
  ) => {
    if (config[name] < config[least])
      problems.push(`${variableOf(name)} ${config[name]} is below ${variableOf(least)} ${config[least]}`);
  };
  atLeast("appendBufferBytes", "segmentBytes");
  atLeast("bodyBufferBytes", "requestBytesMax");
  if (kind === "function" && config.requestBytesMax > bodyBytesMax)
    problems.push(
      `${variableOf("requestBytesMax")} ${config.requestBytesMax} is above ${bodyBytesMax}: no more fits through Lambda`,
    );
  return problems;
}
