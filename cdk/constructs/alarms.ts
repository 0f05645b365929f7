/**
 * When each alarm rings. Thresholds leave room for what the engine repeats on its own; what nobody repeats rings at once.
 */
import { Duration } from "aws-cdk-lib";
import {
  ComparisonOperator,
  type CreateAlarmOptions,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import type { DeploymentConfig } from "../options.ts";
import type { AlarmName } from "./alarm-list.ts";
import type { Door } from "./door.ts";
import { HttpDoor } from "./http-door.ts";
import { failuresOf } from "./log-metrics.ts";
import type { LogMaintenance } from "./maintenance.ts";
import type { LogStorage } from "./storage.ts";

/** What is watched. */
export type Watched = {
  readonly storage: LogStorage;
  readonly door: Door;
  readonly maintenance: LogMaintenance;
};

/** A metric and the rule that rings. */
export type AlarmRule = { readonly metric: IMetric; readonly rule: CreateAlarmOptions };

const period = Duration.minutes(5);

/** The alarms of a deployment. A web function has no API and no functions of duties: it lacks theirs. */
export function alarmRules(
  watched: Watched,
  config: DeploymentConfig,
): Readonly<Partial<Record<AlarmName, AlarmRule>>> {
  const { storage, door, maintenance } = watched;
  return {
    ...(door instanceof HttpDoor && httpRules(door)),
    "table-throttled": {
      metric: new MathExpression({
        expression: sumOf("reads", "writes"),
        usingMetrics: {
          reads: storage.table.metric("ReadThrottleEvents", { statistic: Stats.SUM }),
          writes: storage.table.metric("WriteThrottleEvents", { statistic: Stats.SUM }),
        },
        period,
        label: "throttled calls",
      }),
      rule: atLeast(100, { evaluationPeriods: 3, datapointsToAlarm: 2 }),
    },
    "records-corrupt": { metric: failuresOf("corrupt", config, period), rule: atLeast(1) },
    "store-misconfigured": { metric: failuresOf("operator", config, period), rule: atLeast(1) },
    "program-errors": { metric: failuresOf("bug", config, period), rule: atLeast(1) },
    "maintenance-failed": {
      metric: maintenance.failures.metricApproximateNumberOfMessagesVisible({
        period,
        statistic: Stats.MAXIMUM,
      }),
      rule: atLeast(1),
    },
    "maintenance-silent": {
      metric: maintenance.function.function.metricInvocations({
        period: Duration.minutes(config.maintenanceMinutes),
        statistic: Stats.SUM,
      }),
      rule: {
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 3,
        treatMissingData: TreatMissingData.BREACHING,
      },
    },
    ...workerRules(maintenance),
  };
}

function workerRules({ jobs, worker }: LogMaintenance): Readonly<Partial<Record<AlarmName, AlarmRule>>> {
  return {
    "jobs-late": {
      metric: jobs.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
      rule: atLeast(3600),
    },
    // A job that fails is no error of its function: what is counted here ended without an answer.
    "worker-failed": {
      metric: worker.function.metricErrors({ period, statistic: Stats.SUM }),
      rule: atLeast(1, { evaluationPeriods: 3, datapointsToAlarm: 2 }),
    },
  };
}

function httpRules({ api, functions }: HttpDoor): Readonly<Partial<Record<AlarmName, AlarmRule>>> {
  return {
    "api-failures": {
      metric: api.metricServerError({ period, statistic: Stats.SUM }),
      rule: atLeast(5, { evaluationPeriods: 3, datapointsToAlarm: 2 }),
    },
    "appends-slow": {
      metric: functions.produce.function.metricDuration({ period, statistic: Stats.p(99) }),
      rule: atLeast(5000, { evaluationPeriods: 3 }),
    },
    // Within five minutes a member that is turned away is silent for longer than its session.
    "members-refused": {
      metric: functions.groups.function.metricThrottles({ period, statistic: Stats.SUM }),
      rule: atLeast(5, { evaluationPeriods: 3, datapointsToAlarm: 2 }),
    },
  };
}

/** What was not measured counts as nothing: else a sum with one part missing would be missing. */
function sumOf(...names: readonly string[]): string {
  return names.map(name => `FILL(${name}, 0)`).join(" + ");
}

function atLeast(threshold: number, more: Partial<CreateAlarmOptions> = {}): CreateAlarmOptions {
  return {
    threshold,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    // Nothing was measured because nobody called.
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...more,
  };
}
