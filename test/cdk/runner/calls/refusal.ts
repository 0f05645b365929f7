/**
 * How services say no to who may not call, so that the SDK understands it.
 */
import type { AwsAnswer } from "./forward.ts";

/** DynamoDB's way: JSON, always 400. `code` is `AccessDeniedException` and the like. */
export function refuseAsDynamoDb(code: string, message: string): AwsAnswer {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, Message: message });
  return { status: 400, headers: { "content-type": "application/x-amz-json-1.0" }, body: Buffer.from(body) };
}

/** SQS's way: JSON, 403. */
export function refuseAsSqs(code: string, message: string): AwsAnswer {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message });
  return { status: 403, headers: { "content-type": "application/x-amz-json-1.0" }, body: Buffer.from(body) };
}

/** S3's way: XML. */
export function refuseAsS3(code: string, message: string): AwsAnswer {
  const escaped = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped}</Message></Error>`;
  return { status: 403, headers: { "content-type": "application/xml" }, body: Buffer.from(body) };
}
