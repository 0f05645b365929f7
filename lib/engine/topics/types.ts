import type { TopicId } from "../../format/index.ts";
import type { CumulogError } from "../../std/index.ts";

/** A topic as callers see it. */
export type Topic = {
  readonly name: string;
  readonly id: TopicId;
  readonly partitions: number;
  /** Partitions per sequencer, fixed at creation. */
  readonly shardPartitions: number;
  readonly configs: TopicConfigs;
  readonly createdMs: number;
};

/** The configs that the engine acts on, parsed, defaults filled in. */
export type TopicConfigs = {
  readonly cleanupPolicy: { readonly isDelete: boolean; readonly isCompact: boolean };
  readonly messageBytesMax: number;
  readonly timestampType: "create" | "append";
  /** How far before or after our clock a record's timestamp may lie, ms. */
  readonly timestampBeforeMsMax: number;
  readonly timestampAfterMsMax: number;
  /** -1: without limit. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  /** Of compaction by key: how much must be new before it is done again, and how long records and tombstones stay, ms. */
  readonly minCleanableDirtyRatio: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly deleteRetentionMs: number;
  /** As given, by Kafka's names: the overrides alone. */
  readonly overrides: Readonly<Record<string, string>>;
};

export type CreateTopic = {
  readonly name: string;
  /** Default: the engine's. */
  readonly partitions?: number;
  readonly configs?: Readonly<Record<string, string>>;
  /** Check everything, create nothing. */
  readonly validateOnly?: boolean;
};

/** One config of a topic, as Kafka's DescribeConfigs shows it. */
export type ConfigDescription = {
  readonly name: string;
  readonly value: string;
  readonly defaultValue: string;
  readonly source: "topic" | "default";
  readonly type: "boolean" | "string" | "int" | "long" | "double" | "list";
  readonly documentation: string;
  /** Cannot be changed after creation. */
  readonly isReadOnly: boolean;
  /**
   * Whether anything acts on it. `not yet`: it is kept for when it will be. `none`: it is accepted so that Kafka's tools
   * work, and steers nothing here.
   */
  readonly effect: "yes" | "not yet" | "none";
};

/** What was found and done when all topics were looked after. */
export type FinishReport = {
  /** Topics that can be used now, and their partitions. */
  readonly topics: number;
  readonly partitions: number;
  /** Half-made when they were met, and now whole or gone. */
  readonly finished: number;
  /** Half-made still, for want of time. */
  readonly left: number;
  /** Half-made still, and why. */
  readonly failures: readonly { readonly topic: string; readonly error: CumulogError }[];
};

/** A change of one config: set it, or go back to the default. */
export type ConfigChange =
  | { readonly kind: "set"; readonly name: string; readonly value: string }
  | { readonly kind: "reset"; readonly name: string };
