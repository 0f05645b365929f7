/**
 * What there is in an account, of the kinds that a deployment makes. The difference between two looks is what was made, or
 * what was left behind.
 */
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Cloud } from "./cloud.ts";
import { elementsOf, type Services } from "./services.ts";

/** All there is, as `kind name`, in order. */
export async function listAll(cloud: Cloud, services: Services): Promise<readonly string[]> {
  const iam = services.query("iam", "2010-05-08", { Action: "ListRoles" });
  const sqs = services.query("sqs", "2012-11-05", { Action: "ListQueues" });
  const alarms = services.query("monitoring", "2010-08-01", { Action: "DescribeAlarms" });
  const kinds = await Promise.all([
    named("table", tablesOf(cloud)),
    named("bucket", bucketsOf(cloud)),
    named("stack", stacksOf(services)),
    named("role", elementsIn(iam, "RoleName")),
    named("queue", elementsIn(sqs, "QueueUrl")),
    named("alarm", elementsIn(alarms, "AlarmName")),
    named("function", namesIn(services, "lambda", "/2015-03-31/functions/", "FunctionArn")),
    named("api", namesIn(services, "apigateway", "/v2/apis", "apiId")),
    named("schedule group", namesIn(services, "scheduler", "/schedule-groups", "Name")),
    named("log group", logGroupsOf(services)),
  ]);
  return kinds.flat().sort();
}

/** How many there are of each kind. */
export function kindsOf(all: readonly string[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(all, each => each.slice(0, each.lastIndexOf(" ")));
  return Object.fromEntries([...groups].map(([kind, { length }]) => [kind, length]));
}

/** A client of the SDK that reaches the cloud. */
export function clientOptions({ endpoint, region, credentials, certificate }: Cloud) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: { ca: certificate.text } });
  return { endpoint, region, credentials, requestHandler, maxAttempts: 1 };
}

async function named(kind: string, names: Promise<readonly string[]>): Promise<readonly string[]> {
  return (await names).map(name => `${kind} ${name}`);
}

async function tablesOf(cloud: Cloud): Promise<readonly string[]> {
  const client = new DynamoDBClient(clientOptions(cloud));
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  client.destroy();
  return TableNames;
}

async function bucketsOf(cloud: Cloud): Promise<readonly string[]> {
  const client = new S3Client({ ...clientOptions(cloud), forcePathStyle: true });
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  client.destroy();
  return Buckets.flatMap(({ Name }) => Name ?? []);
}

/** Stacks that are not deleted. */
async function stacksOf(services: Services): Promise<readonly string[]> {
  const xml = await services.query("cloudformation", "2010-05-15", { Action: "DescribeStacks" });
  return elementsOf(xml, "StackName");
}

async function elementsIn(xml: Promise<string>, name: string): Promise<readonly string[]> {
  return elementsOf(await xml, name);
}

async function namesIn(services: Services, service: string, path: string, field: string) {
  const { body } = await services.rest(service, "GET", path);
  return fieldsOf(body.toString("utf8"), field);
}

async function logGroupsOf(services: Services): Promise<readonly string[]> {
  return fieldsOf(await services.json("logs", "Logs_20140328.DescribeLogGroups", {}), "logGroupName");
}

/** The text of each field of a name, in whatever JSON. */
function fieldsOf(json: string, field: string): readonly string[] {
  const found: string[] = [];
  JSON.parse(json, (name, value) => {
    if (name === field && typeof value === "string") found.push(value);
    return value;
  });
  return found;
}
