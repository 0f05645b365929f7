/**
 * Which failures certainly happened before a byte of the request was sent. What is not marked may have reached the store:
 * a client without these marks only makes more outcomes unknown, never fewer.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";

const unsent = new WeakSet<object>();

/** Marks a failure: nothing was sent, and nothing will be. Answers with it. */
export function markUnsent<T>(error: T): T {
  if (typeof error === "object" && error !== null) unsent.add(error);
  return error;
}

/** Whether nothing was sent, for certain. */
export function isUnsent(error: unknown): boolean {
  return typeof error === "object" && error !== null && unsent.has(error);
}

const reached = new WeakSet<object>();

/**
 * Marks what fails before a request is handed to the network: credentials that cannot be had, an impossible endpoint.
 * The first middleware sees every failure, the last one every request that goes out.
 */
export function markWhatIsNeverSent(client: DynamoDBClient | S3Client | SQSClient): void {
  // The stacks of the clients differ in the types of their commands alone.
  const stack: DynamoDBClient["middlewareStack"] = (client as DynamoDBClient).middlewareStack;
  stack.add(
    (next, context) => async args => {
      try {
        return await next(args);
      } catch (error) {
        throw reached.has(context) ? error : markUnsent(error);
      }
    },
    { step: "initialize", priority: "high", name: "markUnsent" },
  );
  stack.add(
    (next, context) => async args => {
      reached.add(context);
      return await next(args);
    },
    { step: "deserialize", priority: "low", name: "markReached" },
  );
}
