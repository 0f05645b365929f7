/**
 * The stores of a function, opened as its settings say. Each function takes with it only the clients that it uses: one
 * that has nothing to do with objects does not carry the client of S3 through its cold start.
 */
import { openAws, openAwsItems, openAwsQueue } from "../../adapters/aws/index.ts";
import type { Clock, Codecs, ItemStore, ObjectStore, Random, Telemetry } from "../../ports/index.ts";
import { AssertionFailed } from "../../std/index.ts";
import { connectionsMax, functionTimes } from "./bounds.ts";
import type { FunctionTelemetry } from "./invocation.ts";
import { type JobQueue, noQueue, queueOver } from "./jobs.ts";
import type { FunctionConfig } from "./settings.ts";

/** What stores are opened with. */
export type StoreDeps = {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly crc32c: Codecs["crc32c"];
};

export type FunctionStores = { readonly items: ItemStore; readonly objects: ObjectStore };

/** Opens stores; asks nothing of them. */
export type OpenStores = (deps: StoreDeps, config: FunctionConfig) => FunctionStores;

/** Table and bucket. */
export const openStores: OpenStores = (deps, config) => {
  const { bucket, s3Endpoint } = config;
  const endpoint = s3Endpoint !== undefined && { s3Endpoint };
  const { items, objects } = openAws(deps, { ...itemOptions(config), bucket, ...endpoint });
  return { items, objects };
};

/** The table alone. To ask for an object is a bug. */
export const openItems: OpenStores = (deps, config) => ({
  items: openAwsItems(deps, itemOptions(config)).items,
  objects: noObjects,
});

/** Opens the queue of jobs; asks nothing of it. */
export type OpenQueue = (
  deps: { readonly clock: Clock; readonly telemetry: FunctionTelemetry },
  config: FunctionConfig,
) => JobQueue;

/** The queue that the settings name, if they name one. */
export const openQueue: OpenQueue = (deps, { jobsQueue: queueUrl, region, sqsEndpoint }) => {
  if (queueUrl === "") return noQueue;
  const { connectTimeoutMs, answerTimeoutMs } = functionTimes;
  const endpoint = sqsEndpoint !== undefined && { endpoint: sqsEndpoint };
  const options = { queueUrl, region, connectTimeoutMs, answerTimeoutMs, connectionsMax, ...endpoint };
  const queue = openAwsQueue(deps, options);
  return queueOver(bodies => queue.send(bodies), deps.telemetry);
};

function itemOptions({ table, region, dynamoDbEndpoint }: FunctionConfig) {
  const { connectTimeoutMs, answerTimeoutMs } = functionTimes;
  const endpoint = dynamoDbEndpoint !== undefined && { dynamoDbEndpoint };
  return { table, region, connectTimeoutMs, answerTimeoutMs, connectionsMax, ...endpoint };
}

const refuse = (): Promise<never> =>
  Promise.reject(new AssertionFailed("this function has nothing to do with objects"));
const noObjects: ObjectStore = { put: refuse, get: refuse, delete: refuse, list: refuse };
