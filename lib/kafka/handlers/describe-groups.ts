/** DescribeGroups: groups of the classic protocol with their members. */
import { UnknownGroup } from "../../engine/index.ts";
import { CumulogError, messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import { groupStateNames } from "./group-names.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.describeGroups;

/** From this version on a group that is not there is an error, and not one that is dead (KIP-1043). */
const notFoundFrom = 6;

export const describeGroups: Handler<Api["request"], Api["response"]> = async (call, { groups }) => ({
  groups: await Promise.all(groups.map(group => describeOne(call, group))),
});

async function describeOne(call: Call, group: string) {
  try {
    const { phase, protocolType, protocol, members } = await call.service.engine.groups.describe(group);
    return {
      errorCode: errorCodes.NONE,
      groupId: group,
      groupState: groupStateNames[phase],
      protocolType,
      protocolData: protocol,
      members: members.map(({ memberId, instanceId, clientId, host, metadata, assignment }) => ({
        memberId,
        groupInstanceId: instanceId ?? null,
        clientId,
        clientHost: host,
        memberMetadata: metadata,
        memberAssignment: assignment,
      })),
    };
  } catch (error) {
    if (!(error instanceof CumulogError)) throw error;
    const isGone = error instanceof UnknownGroup;
    const knowsMessages = call.version >= notFoundFrom;
    return {
      errorCode: isGone && !knowsMessages ? errorCodes.NONE : codeOf(error),
      ...(knowsMessages && { errorMessage: messageOf(error) }),
      groupId: group,
      groupState: isGone ? groupStateNames.dead : "",
      protocolType: "",
      protocolData: "",
      members: [],
    };
  }
}
