/**
 * What a classic member of protocol type "consumer" is assigned, as far as an operator wants to see it. The bytes are Kafka's.
 *
 *   Assignment => version:i16 topicCount:i32 [topicLength:i16 topic:utf8 partitionCount:i32 [partition:i32 ...] ...] ...
 *
 * https://kafka.apache.org/42/javadoc/org/apache/kafka/clients/consumer/ConsumerPartitionAssignor.Assignment.html
 */
import { MalformedBytes, Reader, textOf } from "../../../std/index.ts";

/** The partitions by topic; nothing when the bytes are something else: members may say what they like there. */
export function assignedTopics(assignment: Uint8Array): ReadonlyMap<string, readonly number[]> {
  const topics = new Map<string, readonly number[]>();
  try {
    const reader = new Reader(assignment);
    reader.i16();
    for (let left = reader.i32(); left > 0; left--) {
      const topic = textOf(reader.take(reader.i16()));
      const partitions: number[] = [];
      for (let rest = reader.i32(); rest > 0; rest--) partitions.push(reader.i32());
      topics.set(topic, partitions);
    }
    return topics;
  } catch (error) {
    if (error instanceof MalformedBytes) return new Map();
    throw error;
  }
}
