/**
 * What the settings say of consumer groups, as the engine wants it.
 */
import type { GroupOptions } from "../engine/index.ts";
import type { Config } from "./settings.ts";

const minuteMs = 60_000;

/** The engine's options for groups. */
export function groupOptions(config: Config): GroupOptions {
  return {
    sessionMsMin: config.groupMinSessionTimeoutMs,
    sessionMsMax: config.groupMaxSessionTimeoutMs,
    initialRebalanceDelayMs: config.groupInitialRebalanceDelayMs,
    membersMax: config.groupMaxSize,
    consumerSessionMs: config.groupConsumerSessionTimeoutMs,
    consumerHeartbeatMs: config.groupConsumerHeartbeatIntervalMs,
    offsetsRetentionMs: config.offsetsRetentionMinutes * minuteMs,
  };
}
