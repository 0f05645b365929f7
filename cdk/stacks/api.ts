/**
 * The stack that callers meet: functions and their front door.
 */
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { type Door, type LogStorage, makeDoor } from "../constructs/index.ts";
import type { DeploymentConfig } from "../options.ts";

export class ApiStack extends Stack {
  readonly door: Door;

  constructor(
    scope: Construct,
    id: string,
    storage: LogStorage,
    config: DeploymentConfig,
    props: StackProps,
  ) {
    super(scope, id, { description: `Cumulog ${config.stage}: functions and their front door`, ...props });
    this.door = makeDoor(this, "Door", storage, config);
    new CfnOutput(this, "Url", { value: this.door.url });
  }
}
