/**
 * The topic that records go to or come from. One that is not there is never made on the way: a misspelled name would
 * become a topic.
 */
import type { Endpoints, TopicSummary } from "./endpoints.ts";
import { TopicMissing } from "./errors.ts";

/** Throws TopicMissing, which says how to make it. */
export async function topicInUse(endpoints: Endpoints, name: string): Promise<TopicSummary> {
  const topic = await endpoints.findTopic(name);
  if (topic === undefined)
    throw new TopicMissing(
      `topic ${name} does not exist: create it with \`cumulog topics create ${name}\`, or look for its name with \`cumulog topics list\``,
    );
  return topic;
}
