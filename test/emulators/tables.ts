/** The table and the bucket of the log, made on an emulator. */
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { emulatorCredentials, emulatorRegion } from "./emulator.ts";
import { poll } from "./poll.ts";

const tableMsMax = 30_000;

/** Makes a table for items and waits until it can be used. */
export async function createTable(url: string, name: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint: url, ...account });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
    await poll(`table ${name} at ${url}`, tableMsMax, async () => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
      return Table?.TableStatus === "ACTIVE" ? true : undefined;
    });
  } finally {
    client.destroy();
  }
}

/** Makes a bucket for objects. */
export async function createBucket(url: string, name: string): Promise<void> {
  const client = new S3Client({ endpoint: url, forcePathStyle: true, ...account });
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } finally {
    client.destroy();
  }
}

const account = { region: emulatorRegion, credentials: emulatorCredentials };
