/**
 * The stack that outlives the others: table and bucket.
 */
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { LogStorage } from "../constructs/index.ts";
import type { DeploymentConfig } from "../options.ts";

export class DataStack extends Stack {
  readonly storage: LogStorage;

  constructor(scope: Construct, id: string, config: DeploymentConfig, props: StackProps) {
    super(scope, id, { description: `Cumulog ${config.stage}: table and bucket`, ...props });
    this.storage = new LogStorage(this, "Storage", config);
    // Other stacks take these until they are deployed, too: an export that is taken cannot go.
    if (config.restoredTable !== undefined)
      for (const value of [this.storage.ownTable.tableArn, this.storage.ownTable.tableName])
        this.exportValue(value);
    new CfnOutput(this, "TableName", { value: this.storage.table.tableName });
    new CfnOutput(this, "BucketName", { value: this.storage.bucket.bucketName });
  }
}
