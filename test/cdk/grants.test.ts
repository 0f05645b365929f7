/**
 * A grant on a topic lets through the requests of that topic and of no other: every pattern is held against every route,
 * filled with names chosen to fool a wildcard that matches slashes.
 */
import { describe, expect, it } from "vitest";
import { consumePatterns, deployedRoutes, requestPatterns } from "../../cdk/constructs/index.ts";
import type { Duty } from "../../lib/rest/index.ts";

const clusterId = "0123456789abcdefghijkl";
const topics = [
  "orders",
  "orders2",
  "topics",
  "partitions",
  "records",
  "configs",
  "replicas",
  "brokers",
  "-",
];

type Sent = { readonly request: string; readonly duty: Duty; readonly topic: string | undefined };

/** Every request that a route knows, with each of the topics. */
const sent: readonly Sent[] = deployedRoutes.flatMap(({ method, path, duty }) => {
  const isOfTopic = /\{topic(_name)?\}/.test(path);
  return (isOfTopic ? topics : [undefined]).map(topic => {
    const filled = path
      .replace(/\{topic(_name)?\}/, topic ?? "")
      .replace("{cluster_id}", clusterId)
      .replace("{name}", "retention.ms")
      .replaceAll(/\{\w+\}/g, "1");
    return { request: `${method.toUpperCase()}${filled}`, duty, topic };
  });
});

describe("a grant", () => {
  it.each(["produce", "fetch"] as const)("to %s on a topic lets its requests through and no other", duty => {
    for (const topic of topics) {
      const wanted = requestsOf(each => each.duty === duty && each.topic === topic);
      expect(wanted.length).toBeGreaterThan(0);
      expect(letThrough(requestPatterns(duty, topic))).toEqual(wanted);
    }
  });

  it.each(["produce", "fetch", "groups", "admin"] as const)(
    "to %s on everything lets all such requests through",
    duty => {
      expect(letThrough(requestPatterns(duty))).toEqual(requestsOf(each => each.duty === duty));
    },
  );

  it("to consume everything lets members of groups through, and one on a topic does not", () => {
    const isReading = ({ duty }: Sent) => duty === "fetch" || duty === "groups";
    expect(letThrough(consumePatterns())).toEqual(requestsOf(isReading));
    for (const topic of topics)
      expect(letThrough(consumePatterns(topic))).toEqual(
        requestsOf(each => each.duty === "fetch" && each.topic === topic),
      );
  });

  it("to produce is these patterns", () => {
    const anyCluster = "?".repeat(22);
    expect(requestPatterns("produce", "orders")).toEqual([
      `POST/v3/clusters/${anyCluster}/topics/orders/records`,
      "POST/topics/orders",
      "POST/topics/orders/partitions/*",
      "POST/topics/orders/partitions/*/records",
    ]);
  });

  it("is refused on what cannot be a topic", () => {
    expect(() => requestPatterns("produce", "orders*")).toThrow('topic name "orders*" has characters');
    expect(() => requestPatterns("fetch", "a/b")).toThrow("characters");
  });
});

/** Each request once: a topic called `-` shares a path with all topics. */
function requestsOf(isWanted: (each: Sent) => boolean): readonly string[] {
  return [...new Set(sent.filter(isWanted).map(({ request }) => request))].sort();
}

/** As IAM matches: `*` is any text, slashes too; `?` is one character. */
function letThrough(patterns: readonly string[]): readonly string[] {
  const expressions = patterns.map(pattern => {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${source}$`);
  });
  return requestsOf(({ request }) => expressions.some(expression => expression.test(request)));
}
