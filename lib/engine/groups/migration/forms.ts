/**
 * One member in its two forms: as a group of kind classic writes it, and as one of kind consumer does that hosts it. Pure.
 */
import type { ClassicMember, HostedMember, TopicPartitions } from "../../../format/items/index.ts";
import { noPartitions } from "../consumer/partitions.ts";
import { consumerProtocolType, subscriptionIn } from "./consumer-protocol.ts";

/**
 * A classic member as it is hosted: it has reached the epoch that its generation becomes, and owns what it was assigned. Undefined
 * when it does not say what it is subscribed to.
 */
export function hostedOf(
  member: ClassicMember,
  { epoch, assigned }: { readonly epoch: number; readonly assigned: TopicPartitions },
): HostedMember | undefined {
  const { joined: _, protocolType: __, ...flat } = member;
  const said = subscriptionIn(member.protocols)?.subscription;
  if (said === undefined) return undefined;
  return {
    ...flat,
    ...(said.rackId !== undefined && { rackId: said.rackId }),
    epoch,
    previousEpoch: epoch,
    subscription: { names: said.topics.toSorted() },
    assigned,
    revoking: noPartitions,
  };
}

/** A hosted member as a classic one that has been in a generation and has still to join the next. */
export function classicOf({
  memberId,
  instanceId,
  clientId,
  host,
  beat,
  sessionMs,
  rebalanceMs,
  epoch,
  protocols,
}: HostedMember): ClassicMember {
  return {
    memberId,
    ...(instanceId !== undefined && { instanceId }),
    clientId,
    host,
    beat,
    // 0 would be one that was only given an id.
    joined: Math.max(1, epoch),
    sessionMs,
    rebalanceMs,
    protocolType: consumerProtocolType,
    protocols,
  };
}
