/**
 * What a member of kind "consumer" says in its metadata, as far as it matters here: the topics that it reads. The bytes are
 * Kafka's, the same for every client that takes part in its consumer protocol.
 *
 *   Subscription => version:i16 topicCount:i32 [topicLength:i16 topic:utf8 ...] ...
 *
 * https://kafka.apache.org/42/javadoc/org/apache/kafka/clients/consumer/ConsumerPartitionAssignor.Subscription.html
 */
import { MalformedBytes, Reader, textOf } from "../../../std/index.ts";

/** The topics; undefined when the bytes are something else. */
export function subscribedTopics(metadata: Uint8Array): readonly string[] | undefined {
  try {
    const reader = new Reader(metadata);
    reader.i16();
    const topics: string[] = [];
    for (let left = reader.i32(); left > 0; left--) topics.push(textOf(reader.take(reader.i16())));
    return topics;
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}
