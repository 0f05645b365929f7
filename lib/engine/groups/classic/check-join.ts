/**
 * Who may join: pure checks of a request, by itself and beside the members that are there.
 */
import { limits } from "../../../format/index.ts";
import type { ClassicMember } from "../../../format/items/index.ts";
import type { Random } from "../../../ports/index.ts";
import { GroupFull, InconsistentProtocol, InvalidSession, MemberTooLarge } from "../errors.ts";
import type { GroupOptions, JoinRequest } from "../types.ts";

/** Throws InvalidSession, InconsistentProtocol, MemberTooLarge for what is wrong with the request by itself. */
export function checkJoin(request: JoinRequest, { sessionMsMin, sessionMsMax }: GroupOptions): void {
  const { group, sessionMs, protocols, protocolType } = request;
  if (sessionMs < sessionMsMin || sessionMs > sessionMsMax)
    throw new InvalidSession(
      `a session of ${sessionMs} ms is outside [${sessionMsMin}, ${sessionMsMax}] (group.min.session.timeout.ms, group.max.session.timeout.ms)`,
    );
  if (protocolType === "" || protocols.length === 0)
    throw new InconsistentProtocol(`a member of group ${group} names no protocol`);
  checkSize(request);
}

function checkSize({ memberId, instanceId, clientId, host, protocols }: JoinRequest): void {
  for (const id of [memberId, instanceId ?? "", clientId]) {
    const bytes = Buffer.byteLength(id);
    if (bytes > limits.groupIdBytesMax || !id.isWellFormed())
      throw new MemberTooLarge(
        `an id of ${bytes} bytes: ${limits.groupIdBytesMax} bytes of text are allowed`,
      );
  }
  let bytes = Buffer.byteLength(host);
  for (const { name, metadata } of protocols) bytes += Buffer.byteLength(name) + metadata.length + 8;
  if (bytes > limits.groupMemberBytesMax)
    throw new MemberTooLarge(`a member's metadata has ${bytes} bytes, ${limits.groupMemberBytesMax} allowed`);
}

/** Throws InconsistentProtocol, GroupFull for one that cannot be beside those who are there. */
export function checkFits(
  { group, protocolType, protocols }: JoinRequest,
  members: ReadonlyMap<string, ClassicMember>,
  key: string,
  { membersMax }: GroupOptions,
): void {
  const others = [...members].filter(([each]) => each !== key).map(([, member]) => member);
  if (others.length >= membersMax) throw new GroupFull(`group ${group} has ${membersMax} members already`);
  if (others.length === 0) return;
  const isOfType = others.every(other => other.protocolType === protocolType);
  const isShared = protocols.some(({ name }) => others.every(other => knows(other, name)));
  if (isOfType && isShared) return;
  const names = protocols.map(({ name }) => name).join(", ");
  throw new InconsistentProtocol(
    `a member of type "${protocolType}" that knows ${names} does not fit the ${others.length} others of group ${group}`,
  );
}

function knows({ protocols }: ClassicMember, name: string): boolean {
  return protocols.some(each => each.name === name);
}

/** What the member is called, whether or not it had an id. */
export function nameOf(request: JoinRequest, random: Random): string {
  return request.memberId === "" ? (request.newId ?? newMemberId(request, random)) : request.memberId;
}

/** What a new member is called: by its client or its instance, and unlike any other. */
export function newMemberId({ clientId, instanceId }: JoinRequest, random: Random): string {
  const bytes = Buffer.from(random.bytes(16)).toString("hex");
  const unique = [
    bytes.slice(0, 8),
    bytes.slice(8, 12),
    bytes.slice(12, 16),
    bytes.slice(16, 20),
    bytes.slice(20),
  ].join("-");
  const called = Buffer.from(instanceId ?? clientId).subarray(0, limits.groupIdBytesMax - unique.length - 4);
  return `${called.toString("utf8").toWellFormed()}-${unique}`;
}
