/** The AWS adapters over emulators, with a table and a bucket of their own. */
import { type AwsStores, openAws } from "../../lib/adapters/aws/index.ts";
import { SystemClock, SystemRandom, systemCodecs } from "../../lib/adapters/system/index.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { emulatorCredentials, emulatorRegion } from "./emulator.ts";
import { createBucket, createTable } from "./tables.ts";

/** Where the two services are. One that is left out must not be asked anything. */
export type StoreUrls = { readonly dynamoDb?: string; readonly s3?: string };

/** Nobody listens there. */
const nowhere = "http://127.0.0.1:9";
let names = 0;

/** Makes a table and a bucket that nobody uses, and opens them. */
export async function openStoresOn(urls: StoreUrls): Promise<AwsStores> {
  const name = newName();
  if (urls.dynamoDb !== undefined) await createTable(urls.dynamoDb, name);
  if (urls.s3 !== undefined) await createBucket(urls.s3, name);
  return openStoresAt(urls, { table: name, bucket: name });
}

/** A name that no table and no bucket has. */
export function newName(): string {
  return `cumulog-${process.pid}-${names++}`;
}

/** Opens a table and a bucket that are there. */
export function openStoresAt(
  { dynamoDb, s3 }: StoreUrls,
  { table, bucket }: { readonly table: string; readonly bucket: string },
): AwsStores {
  // The adapters find credentials as every program on AWS does.
  process.env["AWS_ACCESS_KEY_ID"] = emulatorCredentials.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = emulatorCredentials.secretAccessKey;
  return openAws(
    {
      clock: new SystemClock(),
      random: new SystemRandom(),
      telemetry: silentTelemetry,
      crc32c: systemCodecs.crc32c,
    },
    {
      table,
      bucket,
      region: emulatorRegion,
      dynamoDbEndpoint: dynamoDb ?? nowhere,
      s3Endpoint: s3 ?? nowhere,
      connectTimeoutMs: 5_000,
      // Emulators are slow, share the machine with the tests, and one row puts a thousand objects at once.
      answerTimeoutMs: 60_000,
      connectionsMax: 50,
    },
  );
}
