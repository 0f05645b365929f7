/**
 * OffsetFetch (API 9), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, int64, list, listOf, message, string, uuid } from "../wire/index.ts";

export const offsetFetchRequest = message("OffsetFetchRequest", "1-10", "6+", {
  groupId: string("0-7"),
  topics: list({ name: string("0-7"), partitionIndexes: listOf("int32", "0-7") }, "0-7", { nullable: "2-7" }),
  groups: list(
    {
      groupId: string("8+"),
      memberId: string("9+", { nullable: "9+", default: null, ignorable: true }),
      memberEpoch: int32("9+", { default: -1, ignorable: true }),
      topics: list(
        {
          name: string("8-9", { ignorable: true }),
          topicId: uuid("10+", { ignorable: true }),
          partitionIndexes: listOf("int32", "8+"),
        },
        "8+",
        { nullable: "8+" },
      ),
    },
    "8+",
  ),
  requireStable: bool("7+"),
});

export const offsetFetchResponse = message("OffsetFetchResponse", "1-10", "6+", {
  throttleTimeMs: int32("3+", { ignorable: true }),
  topics: list(
    {
      name: string("0-7"),
      partitions: list(
        {
          partitionIndex: int32("0-7"),
          committedOffset: int64("0-7"),
          committedLeaderEpoch: int32("5-7", { default: -1, ignorable: true }),
          metadata: string("0-7", { nullable: "0-7" }),
          errorCode: int16("0-7"),
        },
        "0-7",
      ),
    },
    "0-7",
  ),
  errorCode: int16("2-7", { ignorable: true }),
  groups: list(
    {
      groupId: string("8+"),
      topics: list(
        {
          name: string("8-9", { ignorable: true }),
          topicId: uuid("10+", { ignorable: true }),
          partitions: list(
            {
              partitionIndex: int32("8+"),
              committedOffset: int64("8+"),
              committedLeaderEpoch: int32("8+", { default: -1, ignorable: true }),
              metadata: string("8+", { nullable: "8+" }),
              errorCode: int16("8+"),
            },
            "8+",
          ),
        },
        "8+",
      ),
      errorCode: int16("8+"),
    },
    "8+",
  ),
});
