/** SyncGroup: the leader brings what each member is assigned, the others wait for it. */
import { CumulogError } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.syncGroup;

export const syncGroup: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const { groupId: group, memberId, groupInstanceId, protocolType, protocolName, generationId } = request;
  try {
    const answer = await call.service.engine.groups.sync({
      group,
      memberId,
      ...(groupInstanceId !== null && { instanceId: groupInstanceId }),
      generation: generationId,
      ...(protocolType !== null && { protocolType }),
      ...(protocolName !== null && { protocol: protocolName }),
      assignments: new Map(request.assignments.map(each => [each.memberId, each.assignment])),
      signal: call.signal,
    });
    return {
      errorCode: errorCodes.NONE,
      protocolType: answer.protocolType,
      protocolName: answer.protocol,
      assignment: answer.assignment,
    };
  } catch (error) {
    if (!(error instanceof CumulogError)) throw error;
    return { errorCode: codeOf(error), assignment: new Uint8Array(0) };
  }
};
