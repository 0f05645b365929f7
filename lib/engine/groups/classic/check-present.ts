/**
 * Whether a member speaks of the present generation: pure.
 */
import { type GroupState, memberKeyOf } from "../../../format/items/index.ts";
import { checkMember, hasMembers, unknownMember } from "../admission.ts";
import { GenerationFenced, InconsistentProtocol, RebalanceInProgress } from "../errors.ts";
import type { Roster } from "../generation.ts";
import type { HeartbeatRequest } from "../types.ts";

/**
 * The state, when it is of the generation that the member speaks of. Throws UnknownMember, InstanceFenced, GenerationFenced,
 * RebalanceInProgress, InconsistentProtocol.
 */
export function checkPresent(
  request: HeartbeatRequest & { readonly protocolType?: string; readonly protocol?: string },
  state: GroupState,
  roster: Roster,
): GroupState {
  const { group, memberId, instanceId, generation } = request;
  if (!hasMembers(state)) throw unknownMember(group, request);
  const known = roster.get(memberKeyOf(memberId, instanceId))?.memberId;
  checkMember(group, request, known);
  if (state.generation !== generation)
    throw new GenerationFenced(
      `generation ${generation} of group ${group} is over: ${state.generation} is present`,
    );
  const isOther = (given: string | undefined, present: string | undefined): boolean =>
    given !== undefined && given !== present;
  if (isOther(request.protocolType, state.protocolType) || isOther(request.protocol, state.protocol))
    throw new InconsistentProtocol(
      `group ${group} uses ${state.protocolType} ${state.protocol}, not ${request.protocolType} ${request.protocol}`,
    );
  if (state.phase === "preparing")
    throw new RebalanceInProgress(`members of group ${group} are joining for generation ${generation + 1}`);
  return state;
}
