/**
 * What a hosted member has to do next: pure. It hears of it with its heartbeat, and does it by joining.
 */
import type { HostedMember } from "../../../format/items/index.ts";
import { noPartitions } from "../consumer/partitions.ts";
import { stepOf } from "../consumer/reconcile.ts";
import type { Snapshot } from "../consumer/snapshot.ts";

/** `isSettled`: it has all of its target, and nothing else. */
export type HostedNext = { readonly mustJoin: boolean; readonly isSettled: boolean };

/** What it has to do, by a snapshot that it is part of. */
export function nextOf(key: string, member: HostedMember, snapshot: Snapshot): HostedNext {
  const { isChanged, isSettled } = stepOf({
    member,
    epoch: snapshot.state?.generation ?? member.epoch,
    target: snapshot.target.get(key) ?? noPartitions,
    isFree: (topicId, partition) => !snapshot.isOthers(key, topicId, partition),
    owned: undefined,
  });
  const mustJoin = isChanged || member.revoking.size > 0;
  return { mustJoin, isSettled: isSettled && !mustJoin };
}
