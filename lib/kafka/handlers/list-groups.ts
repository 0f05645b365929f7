/** ListGroups: every group, or those of some states and types (KIP-518, KIP-848). */
import { CumulogError } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import { groupStateNames, groupTypeNames } from "./group-names.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.listGroups;

export const listGroups: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const isWanted = (filter: readonly string[], name: string): boolean =>
    filter.length === 0 || filter.some(each => each.toLowerCase() === name.toLowerCase());
  try {
    const listed = await call.service.engine.groups.list();
    const groups = listed.map(({ group, kind, phase, protocolType }) => ({
      groupId: group,
      protocolType,
      groupState: groupStateNames[phase],
      groupType: groupTypeNames[kind],
    }));
    return {
      errorCode: errorCodes.NONE,
      groups: groups.filter(
        ({ groupState, groupType }) =>
          isWanted(request.statesFilter, groupState) && isWanted(request.typesFilter, groupType),
      ),
    };
  } catch (error) {
    if (!(error instanceof CumulogError)) throw error;
    return { errorCode: codeOf(error), groups: [] };
  }
};
