/**
 * Opens the stores of one installation: a table and a bucket. Nothing is asked of AWS here: what is missing or forbidden
 * shows at the first call, as StoreMisconfigured.
 */
import type { Clock, Codecs, Random, Telemetry } from "../../ports/index.ts";
import { dynamoDbClient, s3Client } from "./clients.ts";
import { AwsItemStore } from "./item-store.ts";
import { AwsObjectStore } from "./object-store.ts";

export type AwsDeps = {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly crc32c: Codecs["crc32c"];
};

export type AwsOptions = {
  readonly table: string;
  readonly bucket: string;
  /** Default: what the SDK finds (AWS_REGION, the profile). */
  readonly region?: string;
  readonly dynamoDbEndpoint?: string;
  readonly s3Endpoint?: string;
  /** A connection, TLS included, must stand within this. */
  readonly connectTimeoutMs: number;
  /** The whole answer must be there within this; a millisecond more for each KiB sent or received. */
  readonly answerTimeoutMs: number;
  /** Calls under way at once, to each of the two services. Further ones wait. */
  readonly connectionsMax: number;
};

/** The same for the table alone. */
export type AwsItemOptions = Omit<AwsOptions, "bucket" | "s3Endpoint">;

export type AwsStores = {
  readonly items: AwsItemStore;
  readonly objects: AwsObjectStore;
  /** Ends all connections. No call may follow. */
  readonly close: () => Promise<void>;
};

/** Opens both stores. */
export function openAws(deps: AwsDeps, options: AwsOptions): AwsStores {
  const { table, bucket, dynamoDbEndpoint, s3Endpoint, ...client } = options;
  const items = openAwsItems(deps, {
    table,
    ...client,
    ...(dynamoDbEndpoint === undefined ? {} : { dynamoDbEndpoint }),
  });
  const s3 = s3Client(deps, { ...client, ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }) });
  return {
    items: items.items,
    objects: new AwsObjectStore({ ...deps, client: s3 }, { bucket }),
    close: async () => {
      await items.close();
      s3.destroy();
    },
  };
}

/** Opens the table alone, for those who have nothing to do with objects: the client of S3 is not small. */
export function openAwsItems(deps: AwsDeps, options: AwsItemOptions): Omit<AwsStores, "objects"> {
  const { table, dynamoDbEndpoint, ...client } = options;
  const dynamoDb = dynamoDbClient(deps, {
    ...client,
    ...(dynamoDbEndpoint === undefined ? {} : { endpoint: dynamoDbEndpoint }),
  });
  const items = new AwsItemStore({ ...deps, client: dynamoDb }, { table });
  return { items, close: async () => dynamoDb.destroy() };
}
