/**
 * SaslHandshake (API 17), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, listOf, message, string } from "../wire/index.ts";

export const saslHandshakeRequest = message("SaslHandshakeRequest", "0-1", "none", {
  mechanism: string(),
});

export const saslHandshakeResponse = message("SaslHandshakeResponse", "0-1", "none", {
  errorCode: int16(),
  mechanisms: listOf("string"),
});
