/**
 * Who may join a group of kind consumer by the classic protocol: pure checks of a request beside the members that are there.
 */
import { type ConsumerMember, isHosted, memberKeyOf } from "../../../format/items/index.ts";
import { checkMember } from "../admission.ts";
import { InconsistentProtocol, OtherGroupKind } from "../errors.ts";
import type { GroupOptions, JoinRequest } from "../types.ts";
import { mayHostNew } from "./machine.ts";

/**
 * Throws OtherGroupKind where the policy lets no more of them in, InconsistentProtocol for one that shares no protocol with the
 * others of its kind, UnknownMember and InstanceFenced for a static one that is not the one of its name.
 */
export function checkHostable(
  request: JoinRequest,
  members: ReadonlyMap<string, ConsumerMember>,
  { migrationPolicy }: GroupOptions,
): void {
  const { group, memberId, instanceId } = request;
  const key = memberKeyOf(memberId, instanceId);
  const before = members.get(key);
  if (memberId !== "" && instanceId !== undefined) checkMember(group, request, before?.memberId);
  const isThere = before !== undefined && isHosted(before);
  if (!isThere && !mayHostNew(migrationPolicy))
    throw new OtherGroupKind(
      `group ${group} is of kind consumer, and group.consumer.migration.policy is ${migrationPolicy}`,
    );
  const others = [...members].flatMap(([each, member]) => (each !== key && isHosted(member) ? [member] : []));
  const isShared = request.protocols.some(({ name }) =>
    others.every(({ protocols }) => protocols.some(each => each.name === name)),
  );
  if (others.length > 0 && !isShared)
    throw new InconsistentProtocol(
      `a member that knows ${request.protocols.map(({ name }) => name).join(", ")} does not fit the ${others.length} hosted ones of group ${group}`,
    );
}
