/**
 * What a rebalance did to one member, as a line for the person who watches it: pure.
 */
import { ranges } from "../../ranges.ts";

/** `partition 0 came, partitions 1-2 went: now 0`; undefined when nothing came or went. */
export function rebalanceLine(before: readonly number[], now: readonly number[]): string | undefined {
  const came = now.filter(partition => !before.includes(partition));
  const went = before.filter(partition => !now.includes(partition));
  const changes = [...changeOf(came, "came"), ...changeOf(went, "went")];
  return changes.length === 0 ? undefined : `${changes.join(", ")}: now ${ranges(now)}`;
}

function changeOf(partitions: readonly number[], verb: string): readonly string[] {
  if (partitions.length === 0) return [];
  return [`partition${partitions.length === 1 ? "" : "s"} ${ranges(partitions)} ${verb}`];
}
