/**
 * What a path names, checked: this cluster, a name that a topic can have, a partition that is there.
 */
import { type Topic, UnknownPartition } from "../../engine/index.ts";
import { checkTopicName } from "../../format/index.ts";
import type { Service } from "../deps.ts";
import { UnknownResource } from "../errors.ts";

/** The one broker that clients see: this process. */
export const brokerId = 1;

/** Throws UnknownResource unless the path names this cluster. */
export async function requireCluster(service: Service, clusterId: string): Promise<void> {
  const own = await service.engine.clusterId();
  if (clusterId !== own)
    throw new UnknownResource(`cluster ${JSON.stringify(clusterId.slice(0, 80))} is not this one, ${own}`);
}

/** Throws UnknownResource unless it is the one broker. */
export function requireBroker(id: number): void {
  if (id !== brokerId) throw new UnknownResource(`broker ${id} does not exist: ${brokerId} does`);
}

/** The name of the path, checked: what cannot be a topic's name is not looked up. Throws InvalidTopicName. */
export function namedTopic(name: string): string {
  checkTopicName(name);
  return name;
}

/**
 * The topic, of which the partition is one; nothing is asked of the store for one that is known. Throws
 * InvalidTopicName, UnknownTopic, UnknownPartition.
 */
export async function topicWithPartition(service: Service, name: string, partition: number): Promise<Topic> {
  const { topics } = service.engine;
  const known = await topics.resolve(namedTopic(name));
  if (partition < known.partitions) return known;
  const now = await topics.describe(name);
  if (partition < now.partitions) return now;
  throw new UnknownPartition(
    `topic ${name} has no partition ${partition}: it has ${now.partitions} (0 to ${now.partitions - 1})`,
  );
}
