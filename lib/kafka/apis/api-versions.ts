/**
 * ApiVersions (API 18), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, int64, list, message, string } from "../wire/index.ts";

export const apiVersionsRequest = message("ApiVersionsRequest", "0-4", "3+", {
  clientSoftwareName: string("3+", { ignorable: true }),
  clientSoftwareVersion: string("3+", { ignorable: true }),
});

export const apiVersionsResponse = message("ApiVersionsResponse", "0-4", "3+", {
  errorCode: int16(),
  apiKeys: list({ apiKey: int16(), minVersion: int16(), maxVersion: int16() }),
  throttleTimeMs: int32("1+", { ignorable: true }),
  supportedFeatures: list({ name: string("3+"), minVersion: int16("3+"), maxVersion: int16("3+") }, "3+", {
    tag: 0,
    ignorable: true,
  }),
  finalizedFeaturesEpoch: int64("3+", { default: -1, tag: 1, ignorable: true }),
  finalizedFeatures: list(
    { name: string("3+"), maxVersionLevel: int16("3+"), minVersionLevel: int16("3+") },
    "3+",
    { tag: 2, ignorable: true },
  ),
  zkMigrationReady: bool("3+", { tag: 3, ignorable: true }),
});
