/**
 * The stack that people look at: alarms and the dashboard.
 */
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { LogObservability, type Watched } from "../constructs/index.ts";
import type { DeploymentConfig } from "../options.ts";

export class ObservabilityStack extends Stack {
  readonly observability: LogObservability;

  constructor(scope: Construct, id: string, watched: Watched, config: DeploymentConfig, props: StackProps) {
    super(scope, id, { description: `Cumulog ${config.stage}: alarms and dashboard`, ...props });
    this.observability = new LogObservability(this, "Observability", watched, config);
    const { dashboard } = this.observability;
    if (dashboard !== undefined) new CfnOutput(this, "DashboardName", { value: dashboard.dashboardName });
  }
}
