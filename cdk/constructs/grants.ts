/**
 * Which requests a grant lets through: ARNs of execute-api, made from the route table.
 *
 * A `*` in such an ARN matches slashes too, so it may only stand where everything behind it belongs to what is granted:
 * after the topic. Before the topic the path names the cluster, whose id has a known length: as many `?`. The broker is 1.
 */
import { Token } from "aws-cdk-lib";
import { checkTopicName } from "../../lib/format/index.ts";
import { type Duty, type Route, routes } from "../../lib/rest/index.ts";

/** Characters of a cluster id: 16 bytes in base64url (lib/engine/cluster.ts). */
const clusterIdLength = 22;

const topicParams = new Set(["topic", "topic_name"]);

/** The routes that a deployment serves: a process speaks of itself in the others. */
export const deployedRoutes: readonly Route[] = routes.filter(route => route.duty !== "process");

/**
 * `METHOD/path` of every route of a duty: with a topic those of that topic alone, without one those of all topics and
 * those that list them. A token is taken as it is. Throws InvalidTopicName.
 */
export function requestPatterns(duty: Duty, topic?: string): readonly string[] {
  if (topic !== undefined && !Token.isUnresolved(topic)) checkTopicName(topic);
  return deployedRoutes
    .filter(route => route.duty === duty)
    .filter(route => topic === undefined || paramsOf(route).some(name => topicParams.has(name)))
    .map(
      route =>
        `${route.method.toUpperCase()}${route.path.replace(/\{(\w+)\}/g, (_, name) => wildcardOf(name, topic))}`,
    );
}

/**
 * What a consumer sends, as `requestPatterns`. A member of a group names its topics where no policy looks, in a body: so
 * groups are let through only to who may read every topic.
 */
export function consumePatterns(topic?: string): readonly string[] {
  const ofReaders = requestPatterns("fetch", topic);
  return topic === undefined ? [...ofReaders, ...requestPatterns("groups")] : ofReaders;
}

function paramsOf(route: Route): readonly string[] {
  return [...route.path.matchAll(/\{(\w+)\}/g)].map(match => match[1] ?? "");
}

function wildcardOf(param: string, topic: string | undefined): string {
  if (param === "cluster_id") return "?".repeat(clusterIdLength);
  if (param === "broker_id") return "?";
  return topicParams.has(param) ? (topic ?? "*") : "*";
}
