/** DeleteGroups: groups without members, with their offsets. */
import { CumulogError } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.deleteGroups;

export const deleteGroups: Handler<Api["request"], Api["response"]> = async (call, { groupsNames }) => ({
  results: await Promise.all(
    groupsNames.map(async groupId => {
      try {
        await call.service.engine.groups.delete(groupId);
        return { groupId, errorCode: errorCodes.NONE };
      } catch (error) {
        if (!(error instanceof CumulogError)) throw error;
        return { groupId, errorCode: codeOf(error) };
      }
    }),
  ),
});
