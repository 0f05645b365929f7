/**
 * One step of a member towards its target (KIP-848): pure. First it gives up what it is not to have, and nothing else happens
 * until its client has said that it did; then it takes up what is free, and has reached the epoch. What others have not given
 * up yet comes with a later heartbeat.
 *
 *   revoking --(the client has given up)--> at the epoch, some not free --(others give up)--> at the epoch, settled
 */
import type { TopicId } from "../../../format/index.ts";
import type { ConsumerMember, TopicPartitions } from "../../../format/items/index.ts";
import { filterPartitions, intersect, isSame, noPartitions, subtract, unite } from "./partitions.ts";

/** What a step is decided on. */
export type StepInput = {
  readonly member: ConsumerMember;
  /** The group epoch that the target is of. */
  readonly epoch: number;
  readonly target: TopicPartitions;
  /** Whether nobody else owns it, by the strong read of all members that followed that of the state. */
  readonly isFree: (topicId: TopicId, partition: number) => boolean;
  /** What the client says it owns; undefined: as it said before. */
  readonly owned: TopicPartitions | undefined;
};

/** Where the member stands after the step. */
export type Step = {
  readonly member: ConsumerMember;
  readonly isChanged: boolean;
  /** Whether it takes up what it did not have: only to be told once the claim is written and the state unchanged. */
  readonly takesUp: boolean;
  /** It has all of its target and nothing else. */
  readonly isSettled: boolean;
};

/** The step. */
export function stepOf({ member, epoch, target, isFree, owned }: StepInput): Step {
  // A claim that another disputes, and that its client does not know of, came too late: who made it died before it looked.
  const isOwn: StepInput["isFree"] = (topicId, partition) =>
    owned === undefined || (owned.get(topicId)?.includes(partition) ?? false) || isFree(topicId, partition);
  const kept = filterPartitions(intersect(member.assigned, target), isOwn);
  const toGiveUp = unite(member.revoking, subtract(member.assigned, target));
  // All of it or nothing: what is given up goes with a new epoch, by which commits of before are refused.
  const holdsOn = toGiveUp.size > 0 && (owned === undefined || intersect(toGiveUp, owned).size > 0);
  if (holdsOn) return stepTo(member, { ...member, assigned: kept, revoking: toGiveUp }, target);
  const free = filterPartitions(subtract(target, kept), isFree);
  const assigned = unite(kept, free);
  const epochs = member.epoch === epoch ? {} : { epoch, previousEpoch: member.epoch };
  return stepTo(member, { ...member, ...epochs, assigned, revoking: noPartitions }, target);
}

function stepTo(before: ConsumerMember, member: ConsumerMember, target: TopicPartitions): Step {
  const isChanged =
    before.epoch !== member.epoch ||
    !isSame(before.assigned, member.assigned) ||
    !isSame(before.revoking, member.revoking);
  return {
    member,
    isChanged,
    takesUp: subtract(member.assigned, before.assigned).size > 0,
    isSettled: member.revoking.size === 0 && isSame(member.assigned, target),
  };
}
