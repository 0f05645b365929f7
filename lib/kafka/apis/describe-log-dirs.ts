/**
 * DescribeLogDirs (API 35), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, int64, list, listOf, message, string } from "../wire/index.ts";

export const describeLogDirsRequest = message("DescribeLogDirsRequest", "1-4", "2+", {
  topics: list({ topic: string(), partitions: listOf("int32") }, "0+", { nullable: "0+" }),
});

export const describeLogDirsResponse = message("DescribeLogDirsResponse", "1-4", "2+", {
  throttleTimeMs: int32(),
  errorCode: int16("3+", { ignorable: true }),
  results: list({
    errorCode: int16(),
    logDir: string(),
    topics: list({
      name: string(),
      partitions: list({
        partitionIndex: int32(),
        partitionSize: int64(),
        offsetLag: int64(),
        isFutureKey: bool(),
      }),
    }),
    totalBytes: int64("4+", { default: -1, ignorable: true }),
    usableBytes: int64("4+", { default: -1, ignorable: true }),
  }),
});
