/**
 * AlterUserScramCredentials (API 51), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bytes, int8, int16, int32, list, message, string } from "../wire/index.ts";

export const alterUserScramCredentialsRequest = message("AlterUserScramCredentialsRequest", "0", "0+", {
  deletions: list({ name: string(), mechanism: int8() }),
  upsertions: list({
    name: string(),
    mechanism: int8(),
    iterations: int32(),
    salt: bytes(),
    saltedPassword: bytes(),
  }),
});

export const alterUserScramCredentialsResponse = message("AlterUserScramCredentialsResponse", "0", "0+", {
  throttleTimeMs: int32(),
  results: list({ user: string(), errorCode: int16(), errorMessage: string("0+", { nullable: "0+" }) }),
});
