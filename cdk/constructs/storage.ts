/**
 * Where the log lives: one table for order and metadata, one bucket for bytes. Both outlive their stack unless
 * `removal` is `destroy`. No function is made that empties the bucket with its stack.
 *
 * After a restore the log goes on in a table that the deployment did not make, and its own is only kept.
 */
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { DeploymentConfig } from "../options.ts";

export class LogStorage extends Construct {
  /** The table that the functions work on. */
  readonly table: ITable;
  /** The table that the deployment made: the same, but for a time after a restore. */
  readonly ownTable: Table;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, config: DeploymentConfig) {
    super(scope, id);
    const isKept = config.removal === "retain";
    const removalPolicy = isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.ownTable = new Table(this, "Table", {
      ...(config.tableName !== undefined && { tableName: config.tableName }),
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // With a key that AWS owns: every read and write of a KMS key of one's own would be billed.
      encryption: TableEncryption.DEFAULT,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: config.restoreWindowDays,
      },
      deletionProtection: isKept,
      removalPolicy,
    });
    this.table =
      config.restoredTable === undefined
        ? // A table is one, but says of some properties "or undefined" where ITable says "or absent".
          (this.ownTable as ITable)
        : Table.fromTableName(this, "RestoredTable", config.restoredTable);
    this.bucket = new Bucket(this, "Bucket", {
      ...(config.bucketName !== undefined && { bucketName: config.bucketName }),
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [{ id: "stray-uploads", abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy,
    });
  }
}
