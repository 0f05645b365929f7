/**
 * THE list of alarms: what each says, and the paragraph of docs/OPERATIONS.md that says what to do. Few: ten metrics
 * are watched for nothing, each further one costs ten cents a month.
 */

/** Names of the alarms; each is an anchor in docs/OPERATIONS.md. */
export const alarmNames = [
  "api-failures",
  "appends-slow",
  "members-refused",
  "table-throttled",
  "records-corrupt",
  "store-misconfigured",
  "program-errors",
  "maintenance-failed",
  "maintenance-silent",
  "jobs-late",
  "worker-failed",
] as const;
export type AlarmName = (typeof alarmNames)[number];

/** What an alarm says when it rings. */
export const alarmMeanings: Readonly<Record<AlarmName, string>> = {
  "api-failures": "Callers of the API hear errors that are not theirs (5xx).",
  "appends-slow": "One append in a hundred takes longer than five seconds.",
  "members-refused": "Members of consumer groups are turned away: their partitions go to others, or wait.",
  "table-throttled": "DynamoDB refuses calls: appends and reads wait.",
  "records-corrupt": "Stored bytes are not what was written. Readers get an error instead of those records.",
  "store-misconfigured": "A function may not do something to the table or the bucket, or does not find it.",
  "program-errors": "The program met something that it holds for impossible.",
  "maintenance-failed": "A tick or a job of the maintenance came to nothing; the queue of failures holds it.",
  "maintenance-silent": "No maintenance tick for three intervals.",
  "jobs-late": "A job of the maintenance waits for an hour: its workers are too few, or do not work.",
  "worker-failed": "A worker of the maintenance ends before its jobs do.",
};

/** The text of an alarm, which ends with where to go on. */
export function alarmDescription(name: AlarmName): string {
  return `${alarmMeanings[name]} What to do: docs/OPERATIONS.md#${name}`;
}
