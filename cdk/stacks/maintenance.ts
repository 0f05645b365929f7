/**
 * The stack that works while nobody calls: the tick.
 */
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { LogMaintenance, type LogStorage } from "../constructs/index.ts";
import type { DeploymentConfig } from "../options.ts";

export class MaintenanceStack extends Stack {
  readonly maintenance: LogMaintenance;

  constructor(
    scope: Construct,
    id: string,
    storage: LogStorage,
    config: DeploymentConfig,
    props: StackProps,
  ) {
    super(scope, id, { description: `Cumulog ${config.stage}: the maintenance tick`, ...props });
    this.maintenance = new LogMaintenance(this, "Maintenance", storage, config);
    new CfnOutput(this, "MaintenanceFunctionName", {
      value: this.maintenance.function.function.functionName,
    });
    new CfnOutput(this, "WorkerFunctionName", { value: this.maintenance.worker.function.functionName });
    new CfnOutput(this, "JobsQueueUrl", { value: this.maintenance.jobs.queueUrl });
  }
}
