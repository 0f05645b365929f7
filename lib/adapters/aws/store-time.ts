/**
 * The Date header of S3's answers, which the SDK hides on success. It is the store's own clock, and the sweep and the
 * dating of segments rest on it: an answer without a readable date is not S3's, and counts as not understood.
 */
import type { S3Client } from "@aws-sdk/client-s3";
import { OutcomeUnknown } from "../../ports/index.ts";

type Answered = { readonly headers?: Readonly<Record<string, string | undefined>> };

const answers = new WeakMap<object, Answered>();

/** Remembers the headers of every answer of this client, for as long as its output lives. */
export function rememberStoreTime(client: S3Client): void {
  client.middlewareStack.add(
    next => async args => {
      const result = await next(args);
      if (result.output) answers.set(result.output, result.response as Answered);
      return result;
    },
    { step: "deserialize", priority: "high", name: "rememberStoreTime", override: true },
  );
}

/** When the store answered, ms: of an output, or of an error that an answer became. Throws OutcomeUnknown. */
export function storeTimeMsOf(outputOrError: object): number {
  const answered =
    answers.get(outputOrError) ?? (outputOrError as { readonly $response?: Answered }).$response;
  const date = answered?.headers?.["date"];
  const storeTimeMs = Date.parse(date ?? "");
  if (!Number.isSafeInteger(storeTimeMs))
    throw new OutcomeUnknown(
      `S3 answered with the date ${JSON.stringify(date)}: whatever answered, it is not S3`,
    );
  return storeTimeMs;
}
