/**
 * The tick: a schedule that calls the maintenance function, and workers that take from a queue what is too much for it. A tick that
 * cannot be delivered, one that failed, and a job that failed again and again are kept in a queue for people to look at; the next
 * tick does their work.
 */
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { EventInvokeConfig, EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { CfnSchedule, CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { jobsPerBatch, workerTimeoutMs } from "../../lib/app/aws/index.ts";
import { upkeepSettingsOf } from "../environment.ts";
import type { DeploymentConfig } from "../options.ts";
import { LogFunction } from "./log-function.ts";
import type { LogStorage } from "./storage.ts";

/** It watches the time that remains, and leaves the rest to the next tick. */
const timeoutSeconds = 300;
const workerTimeout = Duration.millis(workerTimeoutMs);
/** A job that fails is tried again after this: AWS advises six times what its function may take. */
const jobRetryAfter = Duration.millis(6 * workerTimeoutMs);
/** A job is tried so often; then it is for people to look at. */
const jobTriesMax = 3;

export class LogMaintenance extends Construct {
  readonly function: LogFunction;
  /** What is too much for one function, as jobs for workers. */
  readonly jobs: Queue;
  readonly worker: LogFunction;
  /** Ticks and jobs that came to nothing. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, storage: LogStorage, config: DeploymentConfig) {
    super(scope, id);
    this.failures = new Queue(this, "Failures", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.jobs = new Queue(this, "Jobs", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: jobRetryAfter,
      // All tries fit in it; what is older was planned anew long ago.
      retentionPeriod: Duration.days(1),
      deadLetterQueue: { queue: this.failures, maxReceiveCount: jobTriesMax },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const mayKeepFailures = allow(this.failures, "sqs:SendMessage");
    this.function = new LogFunction(this, "Maintenance", storage, config, {
      name: "maintenance",
      description: "Cumulog: looks after the log: finishes, compacts, removes",
      memoryMiB: config.maintenanceMemoryMiB,
      timeoutSeconds,
      environment: { ...upkeepSettingsOf(config), CUMULOG_JOBS_QUEUE: this.jobs.queueUrl },
      statements: [mayKeepFailures, allow(this.jobs, "sqs:SendMessage")],
    });
    this.worker = this.#makeWorker(storage, config);
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

  #makeWorker(storage: LogStorage, config: DeploymentConfig): LogFunction {
    const worker = new LogFunction(this, "Worker", storage, config, {
      name: "worker",
      description: "Cumulog: does what of the upkeep is too much for one function",
      memoryMiB: config.workerMemoryMiB,
      timeoutSeconds: workerTimeout.toSeconds(),
      environment: upkeepSettingsOf(config),
      // Lambda's own, in the name of the function. The CDK's event source would grant more.
      statements: [allow(this.jobs, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")],
    });
    const mapping = new EventSourceMapping(this, "Mapping", {
      target: worker.function,
      eventSourceArn: this.jobs.queueArn,
      batchSize: jobsPerBatch,
      maxConcurrency: config.workersMax,
      reportBatchItemFailures: true,
    });
    mapping.node.addDependency(worker.role);
    return worker;
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

function allow(queue: Queue, ...actions: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources: [queue.queueArn] });
}
