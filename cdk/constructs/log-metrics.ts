/**
 * Failures counted from the logs: each failure is one line with its kind (lib/rest/failures.ts). A metric that is made
 * of lines costs nothing while there are none.
 */
import type { Duration } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, type LogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { ErrorKind } from "../../lib/std/index.ts";
import type { DeploymentConfig } from "../options.ts";

const namespace = "Cumulog";
/** Kinds that somebody must look at. */
const kinds = ["corrupt", "operator", "bug"] as const satisfies readonly ErrorKind[];

/** Counts the failures that a function logs, of each kind that somebody must look at. */
export function countFailures(scope: Construct, id: string, logGroup: LogGroup): void {
  for (const kind of kinds)
    new MetricFilter(scope, `${id}-${kind}`, {
      logGroup,
      filterPattern: FilterPattern.stringValue("$.kind", "=", kind),
      metricNamespace: namespace,
      metricName: metricNameOf(kind),
      metricValue: "1",
      dimensions: { stage: "$.stage" },
    });
}

/** Failures of a kind, of all functions of the stage. */
export function failuresOf(kind: (typeof kinds)[number], config: DeploymentConfig, period: Duration): Metric {
  return new Metric({
    namespace,
    metricName: metricNameOf(kind),
    dimensionsMap: { stage: config.stage },
    statistic: Stats.SUM,
    period,
  });
}

function metricNameOf(kind: string): string {
  return `cumulog_failures_${kind}`;
}
