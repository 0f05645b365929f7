/**
 * Leaders, replicas and their places: the stores replicate, any gateway serves any partition, and nothing of it can be
 * moved by hand. Tools that ask are told so, per partition.
 */
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import type { Handler } from "./handler.ts";

type Messages = typeof messages;
type HandlerOf<Name extends keyof Messages> = Handler<Messages[Name]["request"], Messages[Name]["response"]>;

const notNeeded = {
  errorCode: errorCodes.ELECTION_NOT_NEEDED,
  errorMessage: "every gateway serves every partition",
};
const notPossible = {
  errorCode: errorCodes.INVALID_REPLICA_ASSIGNMENT,
  errorMessage: "the stores replicate: partitions have no place that could be changed",
};

/** Every partition is led already. */
export const electLeaders: HandlerOf<"electLeaders"> = async (_call, { topicPartitions }) => ({
  errorCode: errorCodes.NONE,
  replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map(partitionId => ({ partitionId, ...notNeeded })),
  })),
});

/** Refused, partition by partition. */
export const alterPartitionReassignments: HandlerOf<"alterPartitionReassignments"> = async (
  _call,
  { topics },
) => ({
  errorCode: errorCodes.NONE,
  errorMessage: null,
  responses: topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...notPossible })),
  })),
});

/** None is ever under way. */
export const listPartitionReassignments: HandlerOf<"listPartitionReassignments"> = async () => ({
  errorCode: errorCodes.NONE,
  errorMessage: null,
});

/** No disk of a gateway holds anything of the log. */
export const describeLogDirs: HandlerOf<"describeLogDirs"> = async () => ({ errorCode: errorCodes.NONE });

/** There is no metadata log, and no quorum for it. */
export const describeQuorum: HandlerOf<"describeQuorum"> = async () => ({
  errorCode: errorCodes.INVALID_REQUEST,
  errorMessage: "there is no metadata quorum: order is kept by the item store",
});
