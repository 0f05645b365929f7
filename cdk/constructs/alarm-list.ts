/**
 * THE list of alarms: what each says, and the paragraph of docs/OPERATIONS.md that says what to do. Not more than the ten
 * metrics that CloudWatch watches for nothing.
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
  "maintenance-failed": "A maintenance tick came to nothing; the queue of failures holds it.",
  "maintenance-silent": "No maintenance tick for three intervals.",
};

/** The text of an alarm, which ends with where to go on. */
export function alarmDescription(name: AlarmName): string {
  return `${alarmMeanings[name]} What to do: docs/OPERATIONS.md#${name}`;
}
