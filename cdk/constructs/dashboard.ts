/**
 * One page that shows whether the log is well, and where it is not: callers, functions, stores, the engine's own numbers.
 */
import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  Metric,
  Stats,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { DeploymentConfig } from "../options.ts";
import type { Watched } from "./alarms.ts";
import type { Door } from "./door.ts";
import { HttpDoor } from "./http-door.ts";
import type { LogFunction } from "./log-function.ts";
import type { LogMaintenance } from "./maintenance.ts";
import type { LogStorage } from "./storage.ts";

const period = Duration.minutes(5);

/** Makes the dashboard. */
export function makeDashboard(
  scope: Construct,
  id: string,
  watched: Watched,
  config: DeploymentConfig,
  alarms: readonly IAlarm[],
): Dashboard {
  const { storage, door, maintenance } = watched;
  return new Dashboard(scope, id, {
    defaultInterval: Duration.hours(12),
    widgets: [
      [
        new TextWidget({
          markdown: `# Cumulog ${config.stage}\nWhat the alarms mean and what to do: docs/OPERATIONS.md`,
          width: 24,
          height: 2,
        }),
      ],
      [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 24, height: 3 })],
      ...(door instanceof HttpDoor ? httpRows(door) : []),
      engineRow(door, config),
      groupsRow(door, config),
      storageRow(storage),
      maintenanceRow(maintenance),
      workersRow(maintenance),
    ],
  });
}

function httpRows({ api, functions }: HttpDoor): IWidget[][] {
  const each = (of: (logFunction: LogFunction) => IMetric): IMetric[] => Object.values(functions).map(of);
  const sum = { period, statistic: Stats.SUM };
  return [
    [
      graph("Requests", [api.metricCount(sum), api.metricClientError(sum), api.metricServerError(sum)]),
      graph("Latency of the API, ms", [
        api.metricLatency({ period, statistic: Stats.p(50), label: "p50" }),
        api.metricLatency({ period, statistic: Stats.p(99), label: "p99" }),
      ]),
      graph(
        "Time of functions, p99, ms",
        each(({ function: one, node }) =>
          one.metricDuration({ period, statistic: Stats.p(99), label: node.id }),
        ),
      ),
    ],
    [
      graph(
        "Functions at once",
        each(({ function: one, node }) =>
          one.metric("ConcurrentExecutions", { period, statistic: Stats.MAXIMUM, label: node.id }),
        ),
      ),
      graph(
        "Refused starts",
        each(({ function: one, node }) => one.metricThrottles({ ...sum, label: node.id })),
      ),
      graph(
        "Failed calls of functions",
        each(({ function: one, node }) => one.metricErrors({ ...sum, label: node.id })),
      ),
    ],
  ];
}

/** A number that the functions of a name write themselves; `metrics` in lib/adapters/system says what each is. */
function ownMetric(stage: string) {
  return (metricName: string, functionName: string, statistic: string, label?: string): Metric =>
    new Metric({
      namespace: "Cumulog",
      metricName,
      dimensionsMap: { service: "cumulog", stage, function: functionName },
      period,
      statistic,
      ...(label !== undefined && { label }),
    });
}

function engineRow(door: Door, { stage }: DeploymentConfig): IWidget[] {
  const [appends, reads] = door instanceof HttpDoor ? ["produce", "fetch"] : ["web-function", "web-function"];
  const of = ownMetric(stage);
  return [
    graph("Bytes", [
      of("cumulog_appended_bytes_total", appends, Stats.SUM, "appended"),
      of("cumulog_fetched_bytes_total", reads, Stats.SUM, "fetched"),
    ]),
    graph("Appends, s", [
      of("cumulog_append_seconds", appends, Stats.p(50), "p50"),
      of("cumulog_append_seconds", appends, Stats.p(99), "p99"),
    ]),
    graph("What the engine repeats", [
      of("cumulog_commits_unknown_total", appends, Stats.SUM, "commits not answered"),
      of("cumulog_roll_failures_total", appends, Stats.SUM, "rolls not finished"),
      of("cumulog_append_failures_total", appends, Stats.SUM, "appends refused"),
      of("cumulog_fetch_failures_total", reads, Stats.SUM, "fetches refused"),
    ]),
  ];
}

function groupsRow(door: Door, { stage }: DeploymentConfig): IWidget[] {
  const members = door instanceof HttpDoor ? "groups" : "web-function";
  const of = ownMetric(stage);
  return [
    graph("Consumer groups", [of("cumulog_groups", "maintenance", Stats.MAXIMUM)]),
    graph("Members that were taken out", [
      of("cumulog_group_members_expired_total", members, Stats.SUM, "by who serves them"),
      of("cumulog_group_members_expired_total", "maintenance", Stats.SUM, "by the upkeep"),
    ]),
    graph("Fetches for groups", [
      of("cumulog_fetched_bytes_total", members, Stats.SUM, "bytes"),
      of("cumulog_fetch_failures_total", members, Stats.SUM, "refused"),
    ]),
  ];
}

function storageRow({ table, bucket }: LogStorage): IWidget[] {
  const sum = { period, statistic: Stats.SUM };
  const daily = { period: Duration.days(1), statistic: Stats.AVERAGE };
  const stored = (storageType: string, metricName: string): Metric =>
    new Metric({
      namespace: "AWS/S3",
      metricName,
      dimensionsMap: { BucketName: bucket.bucketName, StorageType: storageType },
      ...daily,
    });
  return [
    graph("Units of the table", [
      table.metricConsumedReadCapacityUnits(sum),
      table.metricConsumedWriteCapacityUnits(sum),
    ]),
    graph("Calls that the table refused", [
      table.metric("ReadThrottleEvents", sum),
      table.metric("WriteThrottleEvents", sum),
    ]),
    graph("Bytes in the bucket", [stored("StandardStorage", "BucketSizeBytes")]),
  ];
}

function maintenanceRow({ function: { function: tick }, failures }: LogMaintenance): IWidget[] {
  const sum = { period, statistic: Stats.SUM };
  return [
    graph("Maintenance ticks", [tick.metricInvocations(sum), tick.metricErrors(sum)]),
    graph("Time of a tick, ms", [tick.metricDuration({ period, statistic: Stats.MAXIMUM })]),
    graph("Ticks and jobs that came to nothing", [
      failures.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
    ]),
  ];
}

function workersRow({ jobs, worker: { function: worker } }: LogMaintenance): IWidget[] {
  const sum = { period, statistic: Stats.SUM };
  const most = { period, statistic: Stats.MAXIMUM };
  return [
    graph("Jobs", [
      jobs.metricNumberOfMessagesSent(sum),
      jobs.metricApproximateNumberOfMessagesVisible(most),
    ]),
    graph("Age of the oldest job, s", [jobs.metricApproximateAgeOfOldestMessage(most)]),
    graph("Calls of workers", [worker.metricInvocations(sum), worker.metricErrors(sum)]),
  ];
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 });
}
