/** Heartbeat: a member says that it lives, and hears whether it has to join anew. */
import { CumulogError } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.heartbeat;

export const heartbeat: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const { groupId: group, memberId, groupInstanceId, generationId: generation } = request;
  const instance = groupInstanceId !== null && { instanceId: groupInstanceId };
  try {
    await call.service.engine.groups.heartbeat({ group, memberId, ...instance, generation });
    return { errorCode: errorCodes.NONE };
  } catch (error) {
    if (!(error instanceof CumulogError)) throw error;
    return { errorCode: codeOf(error) };
  }
};
