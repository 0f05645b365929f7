/**
 * THE list of settings. The name of a setting gives its flag (`lingerMs`: `--linger-ms`), its environment variable
 * (`CUMULOG_LINGER_MS`) and its key in the configuration file (`linger-ms`); the documentation is made from the rest.
 */
import { limits } from "../format/index.ts";

/** How a setting is written, checked and described. `parse` answers with the value or says what is wrong with the text. */
export type Setting<T> = {
  readonly type: "text" | "boolean" | "integer" | "choice" | "list";
  readonly defaultValue: T;
  readonly documentation: string;
  /** What one is; empty where the type says it all. */
  readonly unit: string;
  /** The values that are allowed, for people. */
  readonly range: string;
  readonly parse: (text: string) => { readonly value: T } | { readonly problem: string };
};

const mebibyte = 1024 * 1024;
const portMax = 65_535;
const dayMs = 86_400_000;
const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** Levels of log lines that may be asked for; `silent` is none at all. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** Every setting by its name, in the order of the documentation. */
export const settings = {
  dataDir: text(
    ".cumulog",
    "Where topics and records are kept. Made when it is missing; one server at a time.",
  ),
  memory: boolean("Keep everything in memory alone: nothing is written, everything is gone at the end."),
  backend: choice(
    "local",
    ["local", "aws"],
    "Where the log lies: in the data directory, or in a DynamoDB table and an S3 bucket that any number of servers share.",
  ),
  table: optionalText(
    "With the backend aws: the DynamoDB table. Region and credentials are those of the AWS SDK.",
  ),
  bucket: optionalText("With the backend aws: the S3 bucket."),
  host: text(
    "127.0.0.1",
    "The address to listen on. Anything but the loopback lets other machines in, without a password.",
  ),
  httpPort: integer(8080, { min: 0, max: portMax }, "port", "The port of the REST API. 0: any that is free."),
  kafkaPort: integer(
    9092,
    { min: 0, max: portMax },
    "port",
    "The port for Kafka clients. 0: any that is free.",
  ),
  advertisedHost: optionalText(
    "The name or address that Kafka clients are told to come to. Without it: the one they came to.",
  ),
  advertisedKafkaPort: integer(
    0,
    { min: 0, max: portMax },
    "port",
    "The port that Kafka clients are told to come to. 0: the one listened on.",
  ),
  autoCreateTopics: boolean(
    "Whether a topic is made when a Kafka client asks for one that does not exist (auto.create.topics.enable).",
    true,
  ),
  numPartitions: integer(
    4,
    { min: 1, max: limits.topicPartitionsMax },
    "partitions",
    "How many partitions a topic has when its creator does not say (num.partitions).",
  ),
  groupMinSessionTimeoutMs: integer(
    6_000,
    { min: 10, max: dayMs },
    "ms",
    "The shortest session that a group's member may ask for (group.min.session.timeout.ms).",
  ),
  groupMaxSessionTimeoutMs: integer(
    1_800_000,
    { min: 10, max: dayMs },
    "ms",
    "The longest session that a group's member may ask for (group.max.session.timeout.ms).",
  ),
  groupInitialRebalanceDelayMs: integer(
    0,
    { min: 0, max: 600_000 },
    "ms",
    "How long the first members of a group wait for others (group.initial.rebalance.delay.ms).",
  ),
  groupMaxSize: integer(
    2_000,
    { min: 1, max: 10_000 },
    "members",
    "How many members a group may have (group.max.size).",
  ),
  groupConsumerSessionTimeoutMs: integer(
    45_000,
    { min: 10, max: dayMs },
    "ms",
    "The session of members of the newer protocol, KIP-848 (group.consumer.session.timeout.ms).",
  ),
  groupConsumerHeartbeatIntervalMs: integer(
    5_000,
    { min: 10, max: 600_000 },
    "ms",
    "How often members of the newer protocol say that they live (group.consumer.heartbeat.interval.ms).",
  ),
  groupConsumerMigrationPolicy: choice(
    "bidirectional",
    ["bidirectional", "upgrade", "downgrade", "disabled"],
    "Which way a group with members may go between Kafka's classic protocol and KIP-848 (group.consumer.migration.policy).",
  ),
  offsetsRetentionMinutes: integer(
    10_080,
    { min: 1, max: 5_256_000 },
    "minutes",
    "How long a group without members keeps its committed offsets (offsets.retention.minutes).",
  ),
  upkeep: choice(
    "auto",
    ["auto", "on", "off"],
    "Whether this server compacts and cleans the log: auto, where it keeps the log itself; in an account a function does it.",
  ),
  upkeepPauseMs: integer(
    60_000,
    { min: 10, max: dayMs },
    "ms",
    "How long the upkeep rests between two rounds (log.cleaner.backoff.ms).",
  ),
  compactionAgeMs: integer(
    3_600_000,
    { min: 0, max: 7 * dayMs },
    "ms",
    "How long records wait for others before they are compacted with what there is.",
  ),
  sweepGraceMs: integer(
    0,
    { min: 0, max: 35 * dayMs },
    "ms",
    "What nothing refers to is deleted when it is so old. 0: ten minutes, or a day where several servers share the log.",
  ),
  compactionTargetBytes: integer(
    64 * mebibyte,
    { min: 64 * 1024, max: limits.segmentBytesMax },
    "bytes",
    "How large a compacted object becomes, about.",
  ),
  lingerMs: integer(
    5,
    { min: 0, max: 1000 },
    "ms",
    "How long a record may wait for others, to be stored together with them.",
  ),
  logLevel: choice("info", logLevels, "Which log lines are written to stderr."),
  logFormat: choice("text", ["text", "json"], "Log lines for people or for machines."),
  segmentBytes: integer(
    4 * mebibyte,
    { min: 64 * 1024, max: limits.segmentBytesMax },
    "bytes",
    "How much is stored at once at most.",
  ),
  itemTierBytes: integer(
    4096,
    { min: 0, max: limits.itemTierBytesMax },
    "bytes",
    "What is not larger than this is stored beside the metadata instead of as an object. 0: never.",
  ),
  appendBufferBytes: integer(
    64 * mebibyte,
    { min: mebibyte, max: 16 * 1024 * mebibyte },
    "bytes",
    "How much may be on its way into the log; past it, producers wait.",
  ),
  blockCacheBytes: integer(
    64 * mebibyte,
    { min: 0, max: 64 * 1024 * mebibyte },
    "bytes",
    "Memory for records that were just written or read.",
  ),
  requestBytesMax: integer(
    16 * mebibyte,
    { min: 1024, max: 1024 * mebibyte },
    "bytes",
    "The largest request body. A streamed produce may be longer: there it bounds one record.",
  ),
  bodyBufferBytes: integer(
    256 * mebibyte,
    { min: mebibyte, max: 64 * 1024 * mebibyte },
    "bytes",
    "Memory for the request bodies of all connections together; past it, requests are refused.",
  ),
  connectionsMax: integer(
    512,
    { min: 1, max: 100_000 },
    "connections",
    "Connections open at once; more are dropped.",
  ),
  drainMs: integer(
    10_000,
    { min: 0, max: 600_000 },
    "ms",
    "How long a stopping server waits for requests that are under way.",
  ),
  allowedHosts: list(
    "Names, besides localhost and the address itself, that requests may use for this server (Host header).",
  ),
  allowedOrigins: list("Origins of web pages that may call this server, such as https://example.com."),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** The name of a setting, as in `settings` and Config. */
export type SettingName = keyof typeof settings;

/** Every setting, as it is used. */
export type Config = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer T> ? T : never;
};

/** The name in flags and files: `lingerMs` is `linger-ms`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** The flag of a setting: `--linger-ms`. */
export function flagOf(name: string): string {
  return `--${kebab(name)}`;
}

/** The environment variable of a setting: `CUMULOG_LINGER_MS`. */
export function variableOf(name: string): string {
  return `CUMULOG_${kebab(name).replaceAll("-", "_").toUpperCase()}`;
}

/** A setting that is any text but none. */
export function text(defaultValue: string, documentation: string): Setting<string> {
  return {
    type: "text",
    defaultValue,
    documentation,
    unit: "",
    range: "",
    parse: given => (given === "" ? { problem: "is empty" } : { value: given }),
  };
}

/** A text that need not be given: empty stands for nothing. */
function optionalText(documentation: string): Setting<string> {
  return { ...text("", documentation), parse: given => ({ value: given }) };
}

function boolean(documentation: string, defaultValue = false): Setting<boolean> {
  return {
    type: "boolean",
    defaultValue,
    documentation,
    unit: "",
    range: "true or 1, false or 0",
    parse: given => {
      const value = booleans.get(given);
      return value === undefined
        ? { problem: `${JSON.stringify(given)} is neither true (or 1) nor false (or 0)` }
        : { value };
    },
  };
}

/** A whole number within bounds. */
export function integer(
  defaultValue: number,
  { min, max }: { readonly min: number; readonly max: number },
  unit: string,
  documentation: string,
): Setting<number> {
  return {
    type: "integer",
    defaultValue,
    documentation,
    unit,
    range: `${min} to ${max}`,
    parse: given => {
      if (!/^-?\d{1,15}$/.test(given)) return { problem: `${JSON.stringify(given)} is no integer` };
      const value = Number(given);
      return value < min || value > max ? { problem: `${value} is outside [${min}, ${max}]` } : { value };
    },
  };
}

function choice<const T extends string>(
  defaultValue: NoInfer<T>,
  choices: readonly T[],
  documentation: string,
): Setting<T> {
  return {
    type: "choice",
    defaultValue,
    documentation,
    unit: "",
    range: choices.join(", "),
    parse: given => {
      const value = choices.find(each => each === given);
      return value === undefined
        ? { problem: `${JSON.stringify(given)} is not one of ${choices.join(", ")}` }
        : { value };
    },
  };
}

function list(documentation: string): Setting<readonly string[]> {
  return {
    type: "list",
    defaultValue: [],
    documentation,
    unit: "",
    range: "separated by commas",
    parse: given => ({
      value: given
        .split(",")
        .map(part => part.trim())
        .filter(part => part !== ""),
    }),
  };
}

/** Where the log lies, for people. */
export function placeOf({ backend, memory, dataDir, table, bucket }: Config): string {
  if (backend === "aws") return `${table}+${bucket}`;
  return memory ? "memory" : dataDir;
}
