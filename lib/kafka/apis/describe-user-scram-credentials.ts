/**
 * DescribeUserScramCredentials (API 50), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int8, int16, int32, list, message, string } from "../wire/index.ts";

export const describeUserScramCredentialsRequest = message("DescribeUserScramCredentialsRequest", "0", "0+", {
  users: list({ name: string() }, "0+", { nullable: "0+" }),
});

export const describeUserScramCredentialsResponse = message(
  "DescribeUserScramCredentialsResponse",
  "0",
  "0+",
  {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+" }),
    results: list({
      user: string(),
      errorCode: int16(),
      errorMessage: string("0+", { nullable: "0+" }),
      credentialInfos: list({ mechanism: int8(), iterations: int32() }),
    }),
  },
);
