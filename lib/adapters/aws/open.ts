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

export type AwsStores = {
  readonly items: AwsItemStore;
  readonly objects: AwsObjectStore;
  /** Ends all connections. No call may follow. */
  readonly close: () => Promise<void>;
};

export function openAws(deps: AwsDeps, options: AwsOptions): AwsStores {
  const { table, bucket, dynamoDbEndpoint, s3Endpoint, ...client } = options;
  const dynamoDb = dynamoDbClient(deps, {
    ...client,
    ...(dynamoDbEndpoint === undefined ? {} : { endpoint: dynamoDbEndpoint }),
  });
  const s3 = s3Client(deps, { ...client, ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }) });
  return {
    items: new AwsItemStore({ ...deps, client: dynamoDb }, { table }),
    objects: new AwsObjectStore({ ...deps, client: s3 }, { bucket }),
    close: async () => {
      dynamoDb.destroy();
      s3.destroy();
    },
  };
}
