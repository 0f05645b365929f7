/**
 * Who a heartbeat is of, and what it says of its member: pure. Epochs tell a member that is served twice from one
 * that was left behind: the present one goes on; the one before is of a client that did not hear our last answer, and says
 * what it owns; any other is fenced.
 */
import { limits } from "../../../format/index.ts";
import {
  type ConsumerMember,
  type GroupProtocol,
  isHosted,
  memberKeyOf,
  type Subscription,
} from "../../../format/items/index.ts";
import { equalBytes } from "../../../std/index.ts";
import { checkMember, unknownMember } from "../admission.ts";
import { FencedMemberEpoch, MemberTooLarge, UnreleasedInstance, UnsupportedAssignor } from "../errors.ts";
import type { GroupOptions } from "../types.ts";
import { assignors } from "./assignors/index.ts";
import { isSubset, noPartitions } from "./partitions.ts";
import { checkSubscription } from "./subscription.ts";
import { isAssignor } from "./target.ts";
import { type ConsumerHeartbeatRequest, leavingForAWhileEpoch } from "./types.ts";

/** A member as the group has it, and as it is to be. */
export type Admitted = {
  readonly key: string;
  readonly before: ConsumerMember | undefined;
  /** The very same as `before` when the heartbeat says nothing new. */
  readonly member: ConsumerMember;
};

const rebalanceMsDefault = 300_000;

/** Throws UnknownMember, InstanceFenced, UnreleasedInstance, FencedMemberEpoch, and what is wrong with a subscription. */
export async function admitMember(
  request: ConsumerHeartbeatRequest,
  members: ReadonlyMap<string, ConsumerMember>,
  options: GroupOptions,
): Promise<Admitted> {
  checkSize(request);
  if (request.assignor !== undefined && !isAssignor(request.assignor))
    throw new UnsupportedAssignor(
      `there is no assignor "${request.assignor}", only ${Object.keys(assignors).join(", ")}`,
    );
  const { memberId } = request;
  const key = memberKeyOf(memberId, request.instanceId);
  const before = members.get(key);
  const isJoining = request.epoch === 0;
  if (request.protocols) checkHosted(request, before);
  else if (isJoining) checkFree(request, memberId, before);
  else checkEpoch(request, before);
  const member = said(request, memberId, baseOf(request, before), options);
  if (before === undefined || !isSameSubscription(member.subscription, before.subscription))
    await checkSubscription(member.subscription);
  return { key, before, member };
}

/** What the member is known as so far. */
function baseOf(
  { epoch, memberId, protocols }: ConsumerHeartbeatRequest,
  before: ConsumerMember | undefined,
): ConsumerMember | undefined {
  // A hosted member joins again and again; it says what it still owns, where others own nothing.
  if (protocols) return before?.memberId === memberId ? before : undefined;
  return epoch === 0 ? joining(before) : before;
}

function checkSize({ memberId, instanceId, clientId, rackId, names, regex }: ConsumerHeartbeatRequest): void {
  for (const id of [memberId, instanceId ?? "", clientId, rackId ?? ""])
    if (Buffer.byteLength(id) > limits.groupIdBytesMax || !id.isWellFormed())
      throw new MemberTooLarge(
        `an id of ${Buffer.byteLength(id)} bytes: ${limits.groupIdBytesMax} are allowed`,
      );
  let bytes = Buffer.byteLength(regex ?? "");
  for (const name of names ?? []) bytes += Buffer.byteLength(name) + 2;
  if (bytes > limits.groupMemberBytesMax / 4)
    throw new MemberTooLarge(`a subscription of ${bytes} bytes, ${limits.groupMemberBytesMax / 4} allowed`);
}

/** A member of KIP-848 does not become a hosted one; a static one may be replaced by another, under another id. */
function checkHosted(request: ConsumerHeartbeatRequest, before: ConsumerMember | undefined): void {
  if (before?.memberId === request.memberId && !isHosted(before)) throw unknownMember(request.group, request);
}

/** A static member takes the place of one that has left it, or that speaks the classic protocol, not of one that is there. */
function checkFree(
  { group, instanceId }: ConsumerHeartbeatRequest,
  memberId: string,
  before: ConsumerMember | undefined,
): void {
  const isThere = before !== undefined && before.epoch !== leavingForAWhileEpoch && !isHosted(before);
  if (isThere && before.memberId !== memberId)
    throw new UnreleasedInstance(
      `instance "${instanceId}" of group ${group} is in use by "${before.memberId}"`,
    );
}

function checkEpoch(request: ConsumerHeartbeatRequest, before: ConsumerMember | undefined): void {
  const { group, memberId, epoch, owned, holdsNothing } = request;
  checkMember(group, request, before?.memberId);
  if (before === undefined || isHosted(before)) throw unknownMember(group, request);
  if (epoch === before.epoch) return;
  const isCall = holdsNothing !== undefined;
  const isOwn = isCall || (owned !== undefined && isSubset(owned, before.assigned));
  const missedAnswer = epoch === before.previousEpoch && isOwn;
  if (missedAnswer) return;
  throw new FencedMemberEpoch(
    `member "${memberId}" of group ${group} has epoch ${before.epoch}, not ${epoch}: it has to join anew`,
  );
}

/** One that joins owns nothing, whatever it had: it says so by joining. */
function joining(before: ConsumerMember | undefined): ConsumerMember | undefined {
  if (before === undefined || isNew(before)) return before;
  return { ...before, epoch: 0, previousEpoch: 0, assigned: noPartitions, revoking: noPartitions };
}

function said(
  request: ConsumerHeartbeatRequest,
  memberId: string,
  before: ConsumerMember | undefined,
  { consumerSessionMs }: GroupOptions,
): ConsumerMember {
  const { instanceId, rackId, clientId, host, protocols } = request;
  const subscription = subscriptionSaid(request, before?.subscription);
  const rebalanceMs = request.rebalanceMs ?? before?.rebalanceMs ?? rebalanceMsDefault;
  const isSame =
    before !== undefined &&
    before.memberId === memberId &&
    (request.epoch !== 0 || protocols !== undefined || isNew(before)) &&
    isSameProtocols(protocols, before.protocols) &&
    rebalanceMs === before.rebalanceMs &&
    (request.sessionMs ?? before.sessionMs) === before.sessionMs &&
    isSameSubscription(subscription, before.subscription);
  if (isSame) return before;
  return {
    memberId,
    ...(instanceId !== undefined && { instanceId }),
    ...(rackId !== undefined && { rackId }),
    clientId,
    host,
    beat: before?.beat ?? "",
    sessionMs: request.sessionMs ?? consumerSessionMs,
    rebalanceMs,
    epoch: before?.epoch ?? 0,
    previousEpoch: before?.previousEpoch ?? 0,
    subscription,
    assigned: before?.assigned ?? noPartitions,
    revoking: before?.revoking ?? noPartitions,
    ...(protocols && { protocols }),
  };
}

function isSameProtocols(
  a: readonly GroupProtocol[] | undefined,
  b: readonly GroupProtocol[] | undefined,
): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.length === b.length &&
    a.every(({ name, metadata }, i) => {
      const other = b[i];
      return other?.name === name && equalBytes(other.metadata, metadata);
    })
  );
}

/** It has joined and was never told anything. */
function isNew({ epoch, assigned, revoking }: ConsumerMember): boolean {
  return epoch === 0 && assigned.size === 0 && revoking.size === 0;
}

function subscriptionSaid(
  { names, regex, assignor }: ConsumerHeartbeatRequest,
  before: Subscription | undefined,
): Subscription {
  const saidRegex = regex ?? before?.regex ?? "";
  const saidAssignor = assignor ?? before?.assignor;
  return {
    names: names?.toSorted() ?? before?.names ?? [],
    ...(saidRegex !== "" && { regex: saidRegex }),
    ...(saidAssignor !== undefined && { assignor: saidAssignor }),
  };
}

function isSameSubscription(a: Subscription, b: Subscription): boolean {
  return a.regex === b.regex && a.assignor === b.assignor && a.names.join() === b.names.join();
}
