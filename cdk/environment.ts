/**
 * The environment of a function: what lib/app/aws reads when it starts. It is read here as well, before anything is
 * deployed, so that no function starts only to say that its settings contradict each other.
 */
import { loadFunctionConfig } from "../lib/app/aws/index.ts";
import { InvalidConfiguration, variableOf } from "../lib/app/index.ts";
import { type DeploymentConfig, engineSettingNames, upkeepSettingNames } from "./options.ts";

/** Where the log is, as LogStorage says it. */
export type StorageNames = {
  readonly table: { readonly tableName: string };
  readonly bucket: { readonly bucketName: string };
};

/** What every function is told. */
export function placesOf(config: DeploymentConfig, { table, bucket }: StorageNames): Record<string, string> {
  return {
    CUMULOG_TABLE: table.tableName,
    CUMULOG_BUCKET: bucket.bucketName,
    CUMULOG_STAGE: config.stage,
    CUMULOG_LOG_LEVEL: config.logLevel,
  };
}

/** What is told to functions that serve requests. A setting that was not given is left to the function. */
export function settingsOf(config: DeploymentConfig): Record<string, string> {
  return {
    ...given(config, engineSettingNames),
    ...(config.allowedOrigins.length > 0 && { CUMULOG_ALLOWED_ORIGINS: config.allowedOrigins.join(",") }),
  };
}

/** What is told to the function of the upkeep, which looks after groups by the same times as who serves them. */
export function upkeepSettingsOf(config: DeploymentConfig): Record<string, string> {
  return {
    ...given(config, upkeepSettingNames),
    CUMULOG_RESTORE_WINDOW_DAYS: String(config.restoreWindowDays),
  };
}

function given(
  config: DeploymentConfig,
  names: readonly (typeof engineSettingNames | typeof upkeepSettingNames)[number][],
): Record<string, string> {
  const entries = names.flatMap(name => {
    const value = config[name];
    return value === undefined ? [] : [[variableOf(name), String(value)]];
  });
  return Object.fromEntries(entries);
}

/** Problems that a function would report when it starts. */
export function problemsAtStart(config: DeploymentConfig): readonly string[] {
  const names = { table: { tableName: "table" }, bucket: { bucketName: "bucket" } };
  const environment = { ...placesOf(config, names), ...settingsOf(config), AWS_REGION: "region" };
  try {
    loadFunctionConfig(config.frontDoor === "web-function" ? "web-function" : "function", environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
}
