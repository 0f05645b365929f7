/**
 * DynamoDB answers every command with JSON, `{}` at the least. The SDK reads an answer without a body as `{}`, too: an
 * item that is not there, a write that was done. Whatever answered so, it was not DynamoDB.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { OutcomeUnknown } from "../../ports/index.ts";

/** Throws OutcomeUnknown for each answer of success without a body. */
export function refuseEmptyAnswers(client: DynamoDBClient): void {
  client.middlewareStack.add(
    next => async args => {
      const result = await next(args);
      const { headers } = result.response as {
        readonly headers: Readonly<Record<string, string | undefined>>;
      };
      if (headers["content-length"] === "0") throw new OutcomeUnknown("an answer without a body");
      return result;
    },
    { step: "deserialize", priority: "high", name: "refuseEmptyAnswers", override: true },
  );
}
