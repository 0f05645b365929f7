/** LeaveGroup: members go of their own will, or an operator takes static ones out. */
import { CumulogError } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.leaveGroup;

/** From this version on several can leave at once (KIP-345). */
const severalFrom = 3;

export const leaveGroup: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const isSeveral = call.version >= severalFrom;
  const leavers = isSeveral ? request.members : [{ memberId: request.memberId, groupInstanceId: null }];
  try {
    const answers = await call.service.engine.groups.leave(
      request.groupId,
      leavers.map(({ memberId, groupInstanceId }) => ({
        memberId,
        ...(groupInstanceId !== null && { instanceId: groupInstanceId }),
      })),
    );
    const codes = answers.map(answer => (answer.kind === "left" ? errorCodes.NONE : codeOf(answer.error)));
    if (!isSeveral) return { errorCode: codes[0] ?? errorCodes.NONE };
    const members = leavers.map(({ memberId, groupInstanceId }, each) => ({
      memberId,
      groupInstanceId,
      errorCode: codes[each] ?? errorCodes.NONE,
    }));
    return { errorCode: errorCodes.NONE, members };
  } catch (error) {
    if (!(error instanceof CumulogError)) throw error;
    return { errorCode: codeOf(error), members: [] };
  }
};
