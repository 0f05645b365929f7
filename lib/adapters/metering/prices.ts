/**
 * What AWS bills, US East (N. Virginia), on demand, first tier, without free tier: list prices known in `pricesAsOf`.
 * They change: look at `source` before quoting one. AWS counts 2^30 bytes as a GB, and 30 days here are a month.
 */
import type { ItemCounts } from "./item-store.ts";
import type { ObjectCounts } from "./object-store.ts";

/** One line of a bill. */
export type Price = {
  /** Dollars for one of `per`. */
  readonly dollars: number;
  readonly per: string;
  readonly source: string;
};

/** When these prices were last looked up. */
export const pricesAsOf = "June 2026";

const dynamoDb = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const s3 = "https://aws.amazon.com/s3/pricing/";
const lambda = "https://aws.amazon.com/lambda/pricing/";
const apiGateway = "https://aws.amazon.com/api-gateway/pricing/";
const eventBridge = "https://aws.amazon.com/eventbridge/pricing/";
const sqs = "https://aws.amazon.com/sqs/pricing/";
const cloudWatch = "https://aws.amazon.com/cloudwatch/pricing/";

/** THE list of prices. */
export const prices = {
  writeUnit: { dollars: 0.625 / 1e6, per: "DynamoDB write unit", source: dynamoDb },
  readUnit: { dollars: 0.125 / 1e6, per: "DynamoDB read unit", source: dynamoDb },
  itemGibMonth: { dollars: 0.25, per: "GiB-month of items", source: dynamoDb },
  itemBackupGibMonth: { dollars: 0.2, per: "GiB-month of point-in-time recovery", source: dynamoDb },
  /** DELETE is free. */
  objectPut: { dollars: 5 / 1e6, per: "S3 PUT or LIST", source: s3 },
  objectGet: { dollars: 0.4 / 1e6, per: "S3 GET", source: s3 },
  objectGibMonth: { dollars: 0.023, per: "GiB-month of objects, S3 Standard", source: s3 },
  lambdaGibSecond: { dollars: 0.0000133334, per: "GiB-second of a function, arm64", source: lambda },
  lambdaRequest: { dollars: 0.2 / 1e6, per: "request to a function", source: lambda },
  httpApiRequest: { dollars: 1 / 1e6, per: "HTTP API request, per started 512 KiB", source: apiGateway },
  schedulerInvocation: { dollars: 1 / 1e6, per: "invocation by EventBridge Scheduler", source: eventBridge },
  sqsRequest: { dollars: 0.4 / 1e6, per: "request to SQS, an empty answer too", source: sqs },
  alarmMonth: { dollars: 0.1, per: "alarm on one metric, a month", source: cloudWatch },
  metricMonth: { dollars: 0.3, per: "custom metric, a month in which it is sent", source: cloudWatch },
  dashboardMonth: { dollars: 3, per: "dashboard, a month", source: cloudWatch },
  logGib: { dollars: 0.5, per: "GiB of logs taken in", source: cloudWatch },
  logGibMonth: { dollars: 0.03, per: "GiB-month of logs kept", source: cloudWatch },
} as const satisfies Readonly<Record<string, Price>>;

/** Dollars for calls, storage and traffic left out. */
export function dollarsOf(items: ItemCounts, objects: ObjectCounts): number {
  return (
    items.writeUnits * prices.writeUnit.dollars +
    items.readUnits * prices.readUnit.dollars +
    (objects.puts + objects.lists) * prices.objectPut.dollars +
    objects.gets * prices.objectGet.dollars
  );
}
