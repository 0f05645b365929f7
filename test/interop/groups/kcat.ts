/** kcat as a member: a format makes events of its records, and of what it says on stderr follows what it owns. */
import type { MemberEvent, MemberSpec } from "./member.ts";

const format = '{"event":"record","partition":%p,"offset":%o}\\n';

/**
 * What it is told. It commits what it gave out every 5 s, and when it goes: it has no word for the interval (it takes
 * auto.commit.interval.ms for a setting of topics, where nothing asks for it).
 */
export function kcatArguments(spec: MemberSpec): string[] {
  const settings = {
    "session.timeout.ms": spec.sessionMs,
    "heartbeat.interval.ms": spec.heartbeatMs,
    "auto.offset.reset": "earliest",
    ...(spec.strategy !== "default" && {
      "partition.assignment.strategy": spec.strategy === "range" ? "range" : "cooperative-sticky",
    }),
    ...(spec.instance !== null && { "group.instance.id": spec.instance }),
  };
  const given = Object.entries(settings).flatMap(([name, value]) => ["-X", `${name}=${value}`]);
  return ["-b", spec.bootstrap, "-u", "-f", format, ...given, "-G", spec.group, spec.topic];
}

/**
 * Line => "% Group " group " rebalanced (memberid " id "): " ("assigned" or "revoked") ": " places
 *      or "% Group " group " rebalanced: incremental " ("assignment" or "unassignment") " of " n " partition(s) (...): " places
 *      or "% ERROR: " ... "Static consumer fenced by other consumer" ...
 */
export function kcatEars(): (line: string) => MemberEvent | undefined {
  let owned: readonly number[] = [];
  return line => {
    if (line.startsWith('{"event":')) return JSON.parse(line) as MemberEvent;
    // The name of a group may have any word in it.
    if (/^% ERROR: .*Static consumer fenced by other consumer/.test(line)) return { event: "fenced" };
    const kind = /rebalanced.*(assigned|revoked): |rebalanced: incremental (\w+) of/.exec(line);
    if (kind === null) return undefined;
    const places = [...line.matchAll(/ \[(\d+)\]/g)].map(([, partition]) => Number(partition));
    if (kind[1] === "assigned") owned = places;
    else if (kind[1] === "revoked") owned = [];
    else if (kind[2] === "assignment") owned = [...owned, ...places];
    else owned = owned.filter(partition => !places.includes(partition));
    return { event: "owns", partitions: owned };
  };
}
