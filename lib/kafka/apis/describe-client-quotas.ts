/**
 * DescribeClientQuotas (API 48), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, float64, int8, int16, int32, list, message, string } from "../wire/index.ts";

export const describeClientQuotasRequest = message("DescribeClientQuotasRequest", "0-1", "1+", {
  components: list({ entityType: string(), matchType: int8(), match: string("0+", { nullable: "0+" }) }),
  strict: bool(),
});

export const describeClientQuotasResponse = message("DescribeClientQuotasResponse", "0-1", "1+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string("0+", { nullable: "0+" }),
  entries: list(
    {
      entity: list({ entityType: string(), entityName: string("0+", { nullable: "0+" }) }),
      values: list({ key: string(), value: float64() }),
    },
    "0+",
    { nullable: "0+" },
  ),
});
