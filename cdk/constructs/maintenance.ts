/**
 * The tick: a schedule that calls the maintenance function. A tick that cannot be delivered, and one that failed, is
 * kept in a queue for people to look at; the next tick does its work.
 */
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { EventInvokeConfig } from "aws-cdk-lib/aws-lambda";
import { CfnSchedule, CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { upkeepSettingsOf } from "../environment.ts";
import type { DeploymentConfig } from "../options.ts";
import { LogFunction } from "./log-function.ts";
import type { LogStorage } from "./storage.ts";

/** It watches the time that remains, and leaves the rest to the next tick. */
const timeoutSeconds = 300;

export class LogMaintenance extends Construct {
  readonly function: LogFunction;
  /** Ticks that came to nothing. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, storage: LogStorage, config: DeploymentConfig) {
    super(scope, id);
    this.failures = new Queue(this, "Failures", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const mayKeepFailures = new PolicyStatement({
      actions: ["sqs:SendMessage"],
      resources: [this.failures.queueArn],
    });
    this.function = new LogFunction(this, "Maintenance", storage, config, {
      name: "maintenance",
      description: "Cumulog: looks after the log: finishes, compacts, removes",
      memoryMiB: config.maintenanceMemoryMiB,
      timeoutSeconds,
      environment: upkeepSettingsOf(config),
      statements: [mayKeepFailures],
    });
    // A tick that waits longer than to the next one is of no use. Lambda lets none wait longer than six hours.
    const age = Duration.minutes(Math.min(config.maintenanceMinutes, 360));
    new EventInvokeConfig(this, "Retries", {
      function: this.function.function,
      maxEventAge: age,
      retryAttempts: 1,
      // The CDK's own destination would let the function look at the queue as well.
      onFailure: { bind: () => ({ destination: this.failures.queueArn }) },
    });
    this.#schedule(config.maintenanceMinutes, age, mayKeepFailures);
  }

  #schedule(minutes: number, age: Duration, mayKeepFailures: PolicyStatement): void {
    const group = new CfnScheduleGroup(this, "Group");
    const role = new Role(this, "ScheduleRole", {
      description: "The schedule of Cumulog's maintenance",
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: { "aws:SourceAccount": Stack.of(this).account, "aws:SourceArn": group.attrArn },
        },
      }),
      inlinePolicies: {
        tick: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ["lambda:InvokeFunction"],
              resources: [this.function.function.functionArn],
            }),
            mayKeepFailures,
          ],
        }),
      },
    });
    new CfnSchedule(this, "Schedule", {
      groupName: group.ref,
      scheduleExpression: `rate(${minutes} ${minutes === 1 ? "minute" : "minutes"})`,
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: this.function.function.functionArn,
        roleArn: role.roleArn,
        input: "{}",
        retryPolicy: { maximumEventAgeInSeconds: age.toSeconds(), maximumRetryAttempts: 3 },
        deadLetterConfig: { arn: this.failures.queueArn },
      },
    });
  }
}
