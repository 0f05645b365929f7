/**
 * DescribeConfigs (API 32), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int8, int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const describeConfigsRequest = message("DescribeConfigsRequest", "1-4", "4+", {
  resources: list({
    resourceType: int8(),
    resourceName: string(),
    configurationKeys: listOf("string", "0+", { nullable: "0+" }),
  }),
  includeSynonyms: bool("1+"),
  includeDocumentation: bool("3+"),
});

export const describeConfigsResponse = message("DescribeConfigsResponse", "1-4", "4+", {
  throttleTimeMs: int32(),
  results: list({
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+" }),
    resourceType: int8(),
    resourceName: string(),
    configs: list({
      name: string(),
      value: string("0+", { nullable: "0+" }),
      readOnly: bool(),
      configSource: int8("1+", { default: -1, ignorable: true }),
      isSensitive: bool(),
      synonyms: list(
        { name: string("1+"), value: string("1+", { nullable: "0+" }), source: int8("1+") },
        "1+",
        { ignorable: true },
      ),
      configType: int8("3+", { ignorable: true }),
      documentation: string("3+", { nullable: "0+", ignorable: true }),
    }),
  }),
});
