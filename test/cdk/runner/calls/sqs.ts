/**
 * What a request to SQS needs. A batch of messages needs what one message needs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 */
import { Unmodelled } from "../policy/index.ts";
import type { Place } from "../template/index.ts";
import { type AwsRequest, type Call, overTls } from "./call.ts";

/** What a request needs. Throws Unmodelled for an operation that nobody here ever made. */
export function readSqsCall({ headers, body }: AwsRequest, place: Place): Call {
  const operation = /^AmazonSQS\.(\w+)$/.exec(String(headers["x-amz-target"]))?.[1] ?? "";
  if (operation !== "SendMessageBatch") throw new Unmodelled(`${operation} of SQS`);
  const { QueueUrl } = JSON.parse(body.toString("utf8"));
  const resource = `arn:aws:sqs:${place.region}:${place.account}:${String(QueueUrl).split("/").at(-1)}`;
  const context = { "aws:securetransport": overTls["aws:securetransport"] ?? [] };
  return { name: "sqs:SendMessage", needs: [{ action: "sqs:SendMessage", resource, context }] };
}
