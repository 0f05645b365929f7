/**
 * AlterClientQuotas (API 49), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, float64, int16, int32, list, message, string } from "../wire/index.ts";

export const alterClientQuotasRequest = message("AlterClientQuotasRequest", "0-1", "1+", {
  entries: list({
    entity: list({ entityType: string(), entityName: string("0+", { nullable: "0+" }) }),
    ops: list({ key: string(), value: float64(), remove: bool() }),
  }),
  validateOnly: bool(),
});

export const alterClientQuotasResponse = message("AlterClientQuotasResponse", "0-1", "1+", {
  throttleTimeMs: int32(),
  entries: list({
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+" }),
    entity: list({ entityType: string(), entityName: string("0+", { nullable: "0+" }) }),
  }),
});
