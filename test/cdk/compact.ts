/**
 * What the maintenance does for records, done past the policies: for a deployment whose functions are stand-ins.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { AwsItemStore, AwsObjectStore } from "../../lib/adapters/aws/index.ts";
import { SystemClock, SystemRandom, systemCodecs } from "../../lib/adapters/system/index.ts";
import { defaultEngineOptions, Engine, type RoundReport } from "../../lib/engine/index.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { emulatorCredentials } from "../emulators/index.ts";
import type { Deployment } from "./runner/deployment.ts";
import { place } from "./runner/synthesis.ts";

const limits = { bytesMax: 2 ** 30, callsMax: 10_000, timeMsMax: 60_000, callMsMax: 10_000 };

/** Compacts what has been rolled, however young. */
export async function compact({ dynamoDb, s3 }: Deployment): Promise<RoundReport> {
  const [clock, random, telemetry] = [new SystemClock(), new SystemRandom(), silentTelemetry];
  const common = { region: place.region, credentials: emulatorCredentials };
  const [table = "", bucket = ""] = [...dynamoDb.tables, ...s3.buckets];
  const ofItems = new DynamoDBClient({ ...common, endpoint: dynamoDb.url });
  const ofObjects = new S3Client({ ...common, endpoint: s3.url, forcePathStyle: true });
  const { crc32c } = systemCodecs;
  const items = new AwsItemStore({ client: ofItems, clock, random, telemetry }, { table });
  const objects = new AwsObjectStore({ client: ofObjects, clock, telemetry, crc32c }, { bucket });
  const compaction = { ...defaultEngineOptions.compaction, ageMs: 0 };
  const engine = new Engine(
    { items, objects, clock, random, telemetry, codecs: systemCodecs },
    { ...defaultEngineOptions, compaction },
  );
  try {
    return await engine.upkeep.round({ limits });
  } finally {
    ofItems.destroy();
    ofObjects.destroy();
  }
}
