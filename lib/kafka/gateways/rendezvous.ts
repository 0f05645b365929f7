/**
 * Which of the living gateways a partition prefers: the one with the highest hash of both (rendezvous hashing). When one
 * comes or goes, only the partitions that it gains or loses move.
 */
import { murmur2 } from "../../engine/index.ts";
import { utf8 } from "../../std/index.ts";

/** The id preferred. `ids` has one at least. */
export function preferredOf(ids: readonly number[], topicId: string, partition: number): number {
  let best = ids[0] ?? 0;
  let highest = -1;
  for (const id of ids) {
    const hash = murmur2(utf8(`${topicId}-${partition}-${id}`)) >>> 0;
    if (hash > highest || (hash === highest && id < best)) {
      highest = hash;
      best = id;
    }
  }
  return best;
}
