/**
 * What people look at: alarms, each with the paragraph that says what to do, and a dashboard.
 */
import { Alarm, type Dashboard } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { DeploymentConfig } from "../options.ts";
import { type AlarmName, alarmDescription } from "./alarm-list.ts";
import { type AlarmRule, alarmRules, type Watched } from "./alarms.ts";
import { makeDashboard } from "./dashboard.ts";
import { HttpDoor } from "./http-door.ts";
import { countFailures } from "./log-metrics.ts";

export class LogObservability extends Construct {
  readonly alarms: Readonly<Partial<Record<AlarmName, Alarm>>>;
  readonly dashboard: Dashboard | undefined;

  constructor(scope: Construct, id: string, watched: Watched, config: DeploymentConfig) {
    super(scope, id);
    const { door, maintenance } = watched;
    const workers = door instanceof HttpDoor ? Object.values(door.functions) : [door];
    for (const worker of [...workers, maintenance.function, maintenance.worker])
      countFailures(this, `Failures-${worker.node.id}`, worker.logGroup);
    this.alarms = this.#makeAlarms(alarmRules(watched, config), config);
    this.dashboard = config.dashboard
      ? makeDashboard(this, "Dashboard", watched, config, Object.values(this.alarms))
      : undefined;
  }

  #makeAlarms(
    rules: Readonly<Partial<Record<AlarmName, AlarmRule>>>,
    { alarmTopicArn }: DeploymentConfig,
  ): Readonly<Partial<Record<AlarmName, Alarm>>> {
    const topic = alarmTopicArn === undefined ? undefined : Topic.fromTopicArn(this, "Topic", alarmTopicArn);
    const entries = Object.entries(rules) as [AlarmName, AlarmRule][];
    const alarms = entries.map(([name, { metric, rule }]) => {
      const alarm = new Alarm(this, name, { metric, ...rule, alarmDescription: alarmDescription(name) });
      if (topic !== undefined) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
      return [name, alarm];
    });
    return Object.fromEntries(alarms);
  }
}
