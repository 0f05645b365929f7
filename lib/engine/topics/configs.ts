/**
 * The configs of a topic: one table with Kafka's names, types, defaults and ranges
 * (https://kafka.apache.org/documentation/#topicconfigs), parsed once into what the engine acts on. Configs that steer
 * a broker's files are accepted, so that Kafka's tools and clients work, and say that they have no effect here. A row
 * says what the code does with it today: what nothing enforces yet is no promise.
 */
import { limits } from "../../format/index.ts";
import { utf8 } from "../../std/index.ts";
import { InvalidConfig } from "../errors.ts";
import type { ConfigChange, ConfigDescription, TopicConfigs } from "./types.ts";

type ConfigRow = {
  readonly name: string;
  readonly type: ConfigDescription["type"];
  readonly defaultValue: string;
  readonly documentation: string;
  /** Says what is wrong with a value, or undefined. */
  readonly problem: (value: string) => string | undefined;
  readonly isReadOnly?: true;
  readonly effect: ConfigDescription["effect"];
};

const longMax = 9_223_372_036_854_775_807n;
const kafkaLongMax = String(longMax);
const dayMs = 86_400_000;

/** Name of the config that fixes how many partitions one sequencer orders. */
export const shardPartitionsConfig = "index.shard.partitions";

/** Every topic config that is known, in the order of its name. */
export const topicConfigs: readonly ConfigRow[] = [
  {
    name: "cleanup.policy",
    type: "list",
    defaultValue: "delete",
    documentation:
      "What happens to old records: delete by age or size, compact to the last value per key, or both. " +
      "A compacted topic takes no record without a key.",
    problem: value => oneOrMoreOf(value, ["delete", "compact"]),
    effect: "yes",
  },
  {
    name: "compression.type",
    type: "string",
    defaultValue: "producer",
    documentation: "Batches are stored as they were sent; `producer` is the only choice.",
    problem: value => oneOf(value, ["producer"]),
    effect: "yes",
  },
  long(
    "delete.retention.ms",
    String(dayMs),
    0n,
    "How long a tombstone stays readable on a compacted topic, from the round of compaction that first sees it.",
    "yes",
  ),
  broker("file.delete.delay.ms", "long", "60000"),
  broker("flush.messages", "long", kafkaLongMax),
  broker("flush.ms", "long", kafkaLongMax),
  broker("index.interval.bytes", "int", "4096"),
  {
    name: shardPartitionsConfig,
    type: "int",
    defaultValue: "8",
    documentation: "Partitions ordered by one sequencer item. Fixed when the topic is created.",
    problem: value => integerProblem(value, 1n, BigInt(limits.shardPartitionsMax)),
    isReadOnly: true,
    effect: "yes",
  },
  long("max.compaction.lag.ms", kafkaLongMax, 1n, "How long a record may stay uncompacted.", "yes"),
  {
    name: "max.message.bytes",
    type: "int",
    defaultValue: String(limits.batchBytesDefaultMax),
    documentation: "The largest record batch that is accepted, bytes after compression.",
    problem: value => integerProblem(value, 0n, BigInt(limits.batchBytesMax)),
    effect: "yes",
  },
  long(
    "message.timestamp.after.max.ms",
    "3600000",
    0n,
    "How far ahead of the writer's clock a record's timestamp may be (CreateTime).",
    "yes",
  ),
  long(
    "message.timestamp.before.max.ms",
    kafkaLongMax,
    0n,
    "How far behind the writer's clock a record's timestamp may be (CreateTime).",
    "yes",
  ),
  {
    name: "message.timestamp.type",
    type: "string",
    defaultValue: "CreateTime",
    documentation: "Whether records keep the producer's timestamp or get the time of the append.",
    problem: value => oneOf(value, ["CreateTime", "LogAppendTime"]),
    effect: "yes",
  },
  {
    name: "min.cleanable.dirty.ratio",
    type: "double",
    defaultValue: "0.5",
    documentation: "How much of a compacted partition must be uncompacted before it is compacted again.",
    problem: value => ratioProblem(value),
    effect: "yes",
  },
  long("min.compaction.lag.ms", "0", 0n, "How long a record stays before compaction may remove it.", "yes"),
  broker("min.insync.replicas", "int", "1"),
  broker("preallocate", "boolean", "false"),
  long("retention.bytes", "-1", -1n, "How much of a partition is kept, bytes; -1 keeps all.", "yes"),
  long("retention.ms", String(7 * dayMs), -1n, "How long records are kept; -1 keeps them for ever.", "yes"),
  broker("segment.bytes", "int", "1073741824"),
  broker("segment.index.bytes", "int", "10485760"),
  broker("segment.jitter.ms", "long", "0"),
  broker("segment.ms", "long", String(7 * dayMs)),
  broker("unclean.leader.election.enable", "boolean", "false"),
];

const rowOf = new Map(topicConfigs.map(row => [row.name, row]));

/** The overrides after the changes; throws InvalidConfig naming every problem at once. */
export function applyConfigChanges(
  overrides: Readonly<Record<string, string>>,
  changes: readonly ConfigChange[],
): Readonly<Record<string, string>> {
  const after: Record<string, string> = { ...overrides };
  const problems: string[] = [];
  for (const change of changes) {
    const row = rowOf.get(change.name);
    if (!row) problems.push(`config ${JSON.stringify(change.name)} is not known`);
    else if (row.isReadOnly) problems.push(`config ${row.name} is fixed when the topic is created`);
    else if (change.kind === "reset") delete after[row.name];
    else {
      const problem = row.problem(change.value);
      if (problem) problems.push(`config ${row.name}: ${problem}`);
      else after[row.name] = change.value;
    }
  }
  if (problems.length > 0) throw new InvalidConfig(problems.join("; "));
  checkSize(after);
  return after;
}

/** Checks the configs of a new topic; throws InvalidConfig naming every problem at once. */
export function checkNewConfigs(configs: Readonly<Record<string, string>>): void {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(configs)) {
    const row = rowOf.get(name);
    const problem = row?.problem(value);
    if (!row) problems.push(`config ${JSON.stringify(name)} is not known`);
    else if (problem) problems.push(`config ${name}: ${problem}`);
  }
  if (problems.length > 0) throw new InvalidConfig(problems.join("; "));
  checkSize(configs);
}

function checkSize(configs: Readonly<Record<string, string>>): void {
  const bytes = utf8(JSON.stringify(configs)).length;
  if (bytes > limits.topicConfigsBytesMax)
    throw new InvalidConfig(`the configs take ${bytes} bytes, ${limits.topicConfigsBytesMax} are allowed`);
}

/** What the engine acts on, from overrides that were checked when they were stored. */
export function parseConfigs(overrides: Readonly<Record<string, string>>): TopicConfigs {
  const value = (name: string): string => overrides[name] ?? rowOf.get(name)?.defaultValue ?? "";
  // Kafka's "for ever" is 2^63 - 1, past what a number holds exactly: any bound beyond 2^53 ms is as good.
  const number = (name: string): number => Math.min(Number(value(name)), Number.MAX_SAFE_INTEGER);
  const policy = listOf(value("cleanup.policy"));
  return {
    cleanupPolicy: { isDelete: policy.includes("delete"), isCompact: policy.includes("compact") },
    messageBytesMax: number("max.message.bytes"),
    timestampType: value("message.timestamp.type") === "LogAppendTime" ? "append" : "create",
    timestampBeforeMsMax: number("message.timestamp.before.max.ms"),
    timestampAfterMsMax: number("message.timestamp.after.max.ms"),
    retentionMs: number("retention.ms"),
    retentionBytes: number("retention.bytes"),
    minCleanableDirtyRatio: number("min.cleanable.dirty.ratio"),
    minCompactionLagMs: number("min.compaction.lag.ms"),
    maxCompactionLagMs: number("max.compaction.lag.ms"),
    deleteRetentionMs: number("delete.retention.ms"),
    overrides,
  };
}

/** Every config with its value and where the value comes from. */
export function describeConfigs(
  overrides: Readonly<Record<string, string>>,
  shardPartitions: number,
): readonly ConfigDescription[] {
  return topicConfigs.map(row => {
    const override = row.name === shardPartitionsConfig ? String(shardPartitions) : overrides[row.name];
    const isOverridden = row.name in overrides;
    return {
      name: row.name,
      value: override ?? row.defaultValue,
      defaultValue: row.defaultValue,
      source: isOverridden ? "topic" : "default",
      type: row.type,
      documentation: row.documentation,
      isReadOnly: row.isReadOnly ?? false,
      effect: row.effect,
    };
  });
}

/** Partitions per shard of a new topic. */
export function shardPartitionsOf(configs: Readonly<Record<string, string>>): number {
  return Number(configs[shardPartitionsConfig] ?? rowOf.get(shardPartitionsConfig)?.defaultValue);
}

function long(
  name: string,
  defaultValue: string,
  least: bigint,
  documentation: string,
  effect: ConfigRow["effect"],
): ConfigRow {
  return {
    name,
    type: "long",
    defaultValue,
    documentation,
    problem: value => integerProblem(value, least, longMax),
    effect,
  };
}

function broker(name: string, type: "int" | "long" | "boolean", defaultValue: string): ConfigRow {
  return {
    name,
    type,
    defaultValue,
    documentation: "Steers the files of a broker. Accepted; without effect here.",
    problem: value =>
      type === "boolean" ? oneOf(value, ["true", "false"]) : integerProblem(value, 0n, longMax),
    effect: "none",
  };
}

function integerProblem(value: string, least: bigint, most: bigint): string | undefined {
  if (!/^-?\d{1,19}$/.test(value.trim())) return `${JSON.stringify(value)} is no integer`;
  const number = BigInt(value.trim());
  return number < least || number > most ? `${value} is outside [${least}, ${most}]` : undefined;
}

function ratioProblem(value: string): string | undefined {
  const number = Number(value);
  return value.trim() !== "" && number >= 0 && number <= 1
    ? undefined
    : `${JSON.stringify(value)} is not in [0, 1]`;
}

function oneOf(value: string, choices: readonly string[]): string | undefined {
  return choices.includes(value) ? undefined : `${JSON.stringify(value)} is not one of ${choices.join(", ")}`;
}

function oneOrMoreOf(value: string, choices: readonly string[]): string | undefined {
  const chosen = listOf(value);
  return chosen.length > 0 && chosen.every(choice => choices.includes(choice))
    ? undefined
    : `${JSON.stringify(value)} is not a list of ${choices.join(", ")}`;
}

function listOf(value: string): readonly string[] {
  return value
    .split(",")
    .map(part => part.trim())
    .filter(part => part !== "");
}
