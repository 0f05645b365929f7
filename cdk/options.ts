/**
 * THE list of options of a deployment: props of the construct `Cumulog`, context of the app (`-c name=value`), and the
 * table in docs/DEPLOY.md, which is made from it.
 */
import { settings } from "../lib/app/index.ts";
import { choice, engineSetting, flag, integer, list, type Option, text } from "./option.ts";

const memoryMiB = { min: 128, max: 10_240 };
const concurrency = { min: 1, max: 10_000 };

/** CloudWatch keeps logs for these times only. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Every option by its name, in the order of the documentation. */
export const options = {
  stage: text(
    "dev",
    { pattern: /^[a-z][a-z0-9-]{0,19}$/, range: "a letter, then up to 19 of a-z, 0-9 and -" },
    "Names the deployment: its stacks are `Cumulog-<stage>-data`, `-api` and so on. Several live side by side.",
  ),
  tableName: text(
    undefined,
    { pattern: /^[A-Za-z0-9_.-]{3,255}$/, range: "3 to 255 of A-Z, a-z, 0-9, _, . and -" },
    "Name of the table. Without it CloudFormation makes one.",
  ),
  bucketName: text(
    undefined,
    {
      pattern: /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
      range: "3 to 63 of a-z, 0-9 and -, no - at the ends",
    },
    "Name of the bucket. Without it CloudFormation makes one.",
  ),
  removal: choice(
    "retain",
    ["retain", "destroy"],
    "What becomes of table and bucket when their stack is deleted. `retain` also protects the table from deletion.",
  ),
  restoreWindowDays: integer(
    7,
    { min: 1, max: 35 },
    "days",
    "How far back the table can be restored. The sweep keeps for as long what records of that time need.",
  ),
  restoredTable: text(
    undefined,
    { pattern: /^[A-Za-z0-9_.-]{3,255}$/, range: "the name of a table" },
    "The functions work on this table, restored from the deployment's own, which stays as it is (docs/BACKUP.md).",
  ),
  frontDoor: choice(
    "http-api",
    ["http-api", "web-function"],
    "`http-api`: four functions behind an HTTP API. `web-function`: the whole app as one Lambda Web Function.",
  ),
  authorizer: choice(
    "iam",
    ["iam", "jwt"],
    "Who may call: whoever signs as an IAM principal, or bears a JWT.",
  ),
  jwtIssuer: text(
    undefined,
    { pattern: /^https:\/\/[^\s/]+(\/\S*)?$/, range: "an https URL" },
    "Who signs the tokens; only with `authorizer` jwt.",
  ),
  jwtAudience: list(
    { pattern: /^\S+$/, range: "names without blanks" },
    "For whom tokens are made; a token must name one of them. Only with `authorizer` jwt.",
  ),
  jwtScopePrefix: text(
    undefined,
    { pattern: /^\S+$/, range: "a word" },
    "With it a token must hold the scope of the route that it calls: `<prefix>produce`, `<prefix>fetch`, `<prefix>groups` or `<prefix>admin`. Only with `authorizer` jwt.",
  ),
  allowedOrigins: list(
    { pattern: /^https?:\/\/[^\s/]+$/, range: "origins such as https://example.com" },
    "Web pages that may call.",
  ),
  throttleRatePerSecond: integer(
    1000,
    { min: 1, max: 100_000 },
    "requests/s",
    "Requests that the API lets through on average; past it callers hear 429.",
  ),
  throttleBurst: integer(
    500,
    { min: 1, max: 100_000 },
    "requests",
    "Requests that the API lets through at once.",
  ),
  logRetentionDays: choice(30, retentionDays, "Days for which logs are kept."),
  logLevel: choice("info", ["debug", "info", "warn", "error"], "Which log lines the functions write."),
  maintenanceMinutes: integer(
    5,
    { min: 1, max: 1440 },
    "minutes",
    "How often the log is looked after: half-done work finished, chunks compacted, what is past its time removed.",
  ),
  produceMemoryMiB: integer(1024, memoryMiB, "MiB", "Memory of the function that appends."),
  fetchMemoryMiB: integer(1024, memoryMiB, "MiB", "Memory of the function that reads."),
  groupsMemoryMiB: integer(1024, memoryMiB, "MiB", "Memory of the function that serves consumer groups."),
  adminMemoryMiB: integer(512, memoryMiB, "MiB", "Memory of the function that changes topics."),
  maintenanceMemoryMiB: integer(
    1024,
    memoryMiB,
    "MiB",
    "Memory of the function that looks after the log; its time is faster with more.",
  ),
  workerMemoryMiB: integer(
    1024,
    memoryMiB,
    "MiB",
    "Memory of the functions that take from the maintenance what is too much for it.",
  ),
  workersMax: integer(
    2,
    { min: 2, max: 1000 },
    "",
    "How many of those work at once at most. A new account has ten functions at once in all.",
  ),
  produceReservedConcurrency: integer(
    undefined,
    concurrency,
    "",
    "Appending functions at once at most, taken from the account's own number. Off without it.",
  ),
  fetchReservedConcurrency: integer(
    undefined,
    concurrency,
    "",
    "Reading functions at once at most: a waiting fetch occupies one. Off without it.",
  ),
  groupsReservedConcurrency: integer(
    undefined,
    concurrency,
    "",
    "Functions that serve consumer groups at once at most: a member that waits occupies one. Off without it.",
  ),
  adminReservedConcurrency: integer(undefined, concurrency, "", "The same for changing topics."),
  produceProvisionedConcurrency: integer(
    undefined,
    concurrency,
    "",
    "Appending functions kept warm. They cost money while nobody calls. Off without it.",
  ),
  fetchProvisionedConcurrency: integer(undefined, concurrency, "", "The same for reading."),
  groupsProvisionedConcurrency: integer(undefined, concurrency, "", "The same for consumer groups."),
  webConcurrency: integer(
    64,
    { min: 1, max: 128 },
    "requests",
    "Requests that one process of the web function serves at once.",
  ),
  webEnvironmentsMax: integer(
    undefined,
    { min: 2, max: 10_000 },
    "",
    "Processes of the web function at most. Without it the account's own bound holds.",
  ),
  alarmTopicArn: text(
    undefined,
    { pattern: /^arn:[^:\s]+:sns:[^:\s]+:[^:\s]+:[^:\s]+$/, range: "the ARN of an SNS topic" },
    "Whom alarms tell. Without it they only show.",
  ),
  dashboard: flag(true, "Whether there is a dashboard. An account has three for nothing."),
  lingerMs: engineSetting(settings.lingerMs),
  segmentBytes: engineSetting(settings.segmentBytes),
  itemTierBytes: engineSetting(settings.itemTierBytes),
  appendBufferBytes: engineSetting(settings.appendBufferBytes),
  blockCacheBytes: engineSetting(settings.blockCacheBytes),
  requestBytesMax: engineSetting(settings.requestBytesMax),
  bodyBufferBytes: engineSetting(settings.bodyBufferBytes),
  groupMaxSize: engineSetting(settings.groupMaxSize),
  groupConsumerSessionTimeoutMs: engineSetting(settings.groupConsumerSessionTimeoutMs),
  groupConsumerHeartbeatIntervalMs: engineSetting(settings.groupConsumerHeartbeatIntervalMs),
  offsetsRetentionMinutes: engineSetting(settings.offsetsRetentionMinutes),
  compactionAgeMs: engineSetting(settings.compactionAgeMs),
  compactionTargetBytes: engineSetting(settings.compactionTargetBytes),
  code: text(
    undefined,
    { pattern: /./, range: "a path" },
    "The folder that holds the bundled functions. Without it the dist/lambdas of this package, made by `npm run bundle`.",
  ),
} as const satisfies Readonly<Record<string, Option<unknown>>>;

/** The name of an option. */
export type OptionName = keyof typeof options;

type ValueOf<Name extends OptionName> = (typeof options)[Name] extends Option<infer T> ? T : never;

/** Every option, as it is used. */
export type DeploymentConfig = { readonly [Name in OptionName]: ValueOf<Name> };

/** Options as they are given: each may be left out. What each means is said in `options`. */
export type DeploymentProps = { readonly [Name in OptionName]?: ValueOf<Name> | undefined };

/** Names of the settings of consumer groups among the options: the upkeep goes by them as well. */
export const groupSettingNames = [
  "groupMaxSize",
  "groupConsumerSessionTimeoutMs",
  "groupConsumerHeartbeatIntervalMs",
  "offsetsRetentionMinutes",
] as const satisfies readonly OptionName[];

/** Names of the settings that the upkeep goes by. */
export const upkeepSettingNames = [
  ...groupSettingNames,
  "compactionAgeMs",
  "compactionTargetBytes",
] as const satisfies readonly OptionName[];

/** Names of the engine's settings among the options. */
export const engineSettingNames = [
  "lingerMs",
  "segmentBytes",
  "itemTierBytes",
  "appendBufferBytes",
  "blockCacheBytes",
  "requestBytesMax",
  "bodyBufferBytes",
  ...groupSettingNames,
] as const satisfies readonly OptionName[];
