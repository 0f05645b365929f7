/** JoinGroup: answered when a generation is complete, which may take as long as the slowest member needs to come back. */
import { CumulogError } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.joinGroup;

/** From this version on a member is given an id before it joins (KIP-394). */
const idRequiredFrom = 4;
/** From this version on a leader can be told that there is an assignment (KIP-814). */
const skipAssignmentFrom = 9;

export const joinGroup: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const { groupId: group, memberId, groupInstanceId, protocolType, protocols, sessionTimeoutMs } = request;
  try {
    const answer = await call.service.engine.groups.join({
      group,
      memberId,
      ...(groupInstanceId !== null && { instanceId: groupInstanceId }),
      clientId: call.clientId ?? "",
      host: call.clientHost,
      sessionMs: sessionTimeoutMs,
      // Version 0 knows one time for both.
      rebalanceMs: request.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
      protocolType,
      protocols: protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() })),
      mustKnowId: call.version >= idRequiredFrom,
      signal: call.signal,
    });
    if (answer.kind === "idRequired")
      return { ...nothing, errorCode: errorCodes.MEMBER_ID_REQUIRED, memberId: answer.memberId };
    const knowsSkipping = call.version >= skipAssignmentFrom;
    // An older client that is not to assign anew must not take itself for the leader.
    const isHidden = answer.skipsAssignment && !knowsSkipping;
    return {
      errorCode: errorCodes.NONE,
      generationId: answer.generation,
      protocolType: answer.protocolType,
      protocolName: answer.protocol,
      leader: isHidden ? `${answer.leaderId}, before it was restarted` : answer.leaderId,
      skipAssignment: answer.skipsAssignment && knowsSkipping,
      memberId: answer.memberId,
      members: (isHidden ? [] : answer.members).map(({ memberId: id, instanceId, metadata }) => ({
        memberId: id,
        groupInstanceId: instanceId ?? null,
        metadata,
      })),
    };
  } catch (error) {
    if (!(error instanceof CumulogError)) throw error;
    return { ...nothing, errorCode: codeOf(error), memberId };
  }
};

const nothing = { protocolName: "", leader: "", memberId: "", members: [] };
