/**
 * What the settings say of consumer groups, as the engine wants it.
 */
import type { GroupOptions } from "../engine/index.ts";
import type { Config } from "./settings.ts";

const minuteMs = 60_000;

/** The settings that matter where nobody speaks Kafka's classic protocol: to members over HTTP, and to the upkeep. */
export type ConsumerGroupSettings = Pick<
  Config,
  | "groupMaxSize"
  | "groupConsumerSessionTimeoutMs"
  | "groupConsumerHeartbeatIntervalMs"
  | "offsetsRetentionMinutes"
>;

/** The engine's options for groups. */
export function groupOptions(config: Config): GroupOptions {
  return {
    sessionMsMin: config.groupMinSessionTimeoutMs,
    sessionMsMax: config.groupMaxSessionTimeoutMs,
    initialRebalanceDelayMs: config.groupInitialRebalanceDelayMs,
    migrationPolicy: config.groupConsumerMigrationPolicy,
    ...consumerGroupOptions(config),
  };
}

/** Those of them that such settings decide. */
export function consumerGroupOptions(
  settings: ConsumerGroupSettings,
): Omit<GroupOptions, "sessionMsMin" | "sessionMsMax" | "initialRebalanceDelayMs" | "migrationPolicy"> {
  return {
    membersMax: settings.groupMaxSize,
    consumerSessionMs: settings.groupConsumerSessionTimeoutMs,
    consumerHeartbeatMs: settings.groupConsumerHeartbeatIntervalMs,
    offsetsRetentionMs: settings.offsetsRetentionMinutes * minuteMs,
  };
}
