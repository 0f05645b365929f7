/**
 * SaslAuthenticate (API 36), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bytes, int16, int64, message, string } from "../wire/index.ts";

export const saslAuthenticateRequest = message("SaslAuthenticateRequest", "0-2", "2+", {
  authBytes: bytes(),
});

export const saslAuthenticateResponse = message("SaslAuthenticateResponse", "0-2", "2+", {
  errorCode: int16(),
  errorMessage: string("0+", { nullable: "0+" }),
  authBytes: bytes(),
  sessionLifetimeMs: int64("1+", { ignorable: true }),
});
