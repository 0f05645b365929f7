/**
 * The environment of a function: what lib/app/aws reads when the function starts.
 */
import { variableOf } from "../../lib/app/index.ts";
import { type DeploymentConfig, engineSettingNames } from "../options.ts";

/** What is said of a LogStorage. */
export type StorageNames = {
  readonly table: { readonly tableName: string };
  readonly bucket: { readonly bucketName: string };
};

/** Variables by name. A setting that was not given is left to the function. */
export function environmentOf(
  config: DeploymentConfig,
  { table, bucket }: StorageNames,
): Record<string, string> {
  const settings = engineSettingNames.flatMap(name => {
    const value = config[name];
    return value === undefined ? [] : [[variableOf(name), String(value)]];
  });
  return {
    CUMULOG_TABLE: table.tableName,
    CUMULOG_BUCKET: bucket.bucketName,
    CUMULOG_STAGE: config.stage,
    CUMULOG_LOG_LEVEL: config.logLevel,
    ...(config.allowedOrigins.length > 0 && { CUMULOG_ALLOWED_ORIGINS: config.allowedOrigins.join(",") }),
    ...Object.fromEntries(settings),
  };
}
