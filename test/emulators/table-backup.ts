/**
 * Ways to keep a table as it is at a moment, and to get it back as another table. DynamoDB restores to any second of its
 * recovery window; emulators know only backups, and some not even these.
 */
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateBackupCommand,
  DescribeTableCommand,
  DynamoDBClient,
  RestoreTableFromBackupCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { present } from "../../lib/std/index.ts";
import { emulatorCredentials, emulatorRegion } from "./emulator.ts";
import { poll } from "./poll.ts";
import { createTable } from "./tables.ts";

/** A table as it was. */
export type TableBackup = {
  /** Makes a table of it; `name` must be free. */
  readonly restore: (name: string) => Promise<void>;
};

/** Keeps a table, as it is when this answers. */
export type BackUp = (url: string, table: string) => Promise<TableBackup>;

const restoreMsMax = 30_000;
const writesMax = 25;

/** By the backups of DynamoDB. */
export const byBackup: BackUp = async (url, table) => {
  const client = clientOf(url);
  const { BackupDetails } = await client.send(
    new CreateBackupCommand({ TableName: table, BackupName: `${table}-backup` }),
  );
  const BackupArn = present(BackupDetails?.BackupArn, "the ARN of a backup");
  const restore = async (name: string): Promise<void> => {
    await client.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName: name }));
    await poll(`table ${name} at ${url}`, restoreMsMax, async () => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
      return Table?.TableStatus === "ACTIVE" ? true : undefined;
    });
    client.destroy();
  };
  return { restore };
};

/** By reading every item, where there are no backups. Nobody may write meanwhile. */
export const byScan: BackUp = async (url, table) => {
  const client = clientOf(url);
  const items: Record<string, AttributeValue>[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const scan = { TableName: table, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) };
    const answer = await client.send(new ScanCommand(scan));
    items.push(...(answer.Items ?? []));
    from = answer.LastEvaluatedKey;
  } while (from !== undefined);
  const restore = async (name: string): Promise<void> => {
    await createTable(url, name);
    for (let at = 0; at < items.length; at += writesMax) {
      const requests = items.slice(at, at + writesMax).map(Item => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: requests } }));
    }
    client.destroy();
  };
  return { restore };
};

function clientOf(url: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint: url, region: emulatorRegion, credentials: emulatorCredentials });
}
