/**
 * An event source mapping: takes messages from a queue, calls a function with them as Lambda does, and deletes those that it did not
 * name as failed. Lambda does all of that in the name of the function.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
import { createHash } from "node:crypto";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { Invoked } from "../functions/index.ts";
import type { Message, Queues } from "./queues.ts";

/** A mapping as the template declares it. */
export type MappingDefinition = {
  readonly queueArn: string;
  readonly functionArn: string;
  readonly batchSize: number;
  /** Of the queue: the account and the region. */
  readonly region: string;
};

/** Gives the function one batch; undefined when there is none. A call that fails gives all of it back. */
export async function deliver(
  queues: Queues,
  mapping: MappingDefinition,
  invoke: (event: SQSEvent) => Promise<Invoked>,
): Promise<Invoked | undefined> {
  const { queueArn, batchSize } = mapping;
  const taken = queues.take(queueArn, batchSize);
  if (taken.length === 0) return undefined;
  const outcome = await invoke({ Records: taken.map(message => recordOf(message, mapping)) });
  const failed = failedOf(outcome, taken);
  for (const message of taken) if (failed.has(message.id)) queues.giveBack(queueArn, message);
  return outcome;
}

function failedOf(outcome: Invoked, taken: readonly Message[]): ReadonlySet<string> {
  if (outcome.kind !== "result") return new Set(taken.map(({ id }) => id));
  const { batchItemFailures }: SQSBatchResponse = JSON.parse(outcome.payload);
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

function recordOf({ id, body, receives }: Message, { queueArn, region }: MappingDefinition) {
  const now = String(Date.now());
  return {
    messageId: id,
    receiptHandle: `${id}-${receives}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: now,
      SenderId: "AROAEXAMPLE",
      ApproximateFirstReceiveTimestamp: now,
    },
    messageAttributes: {},
    md5OfBody: createHash("md5").update(body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}
