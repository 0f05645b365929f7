/**
 * ACLs, quotas and SCRAM users: nobody is asked who they are on this port, so there is nothing to list and nothing to
 * change. SECURITY_DISABLED is what Kafka says without an authorizer.
 */
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import type { Handler } from "./handler.ts";

type Messages = typeof messages;
type HandlerOf<Name extends keyof Messages> = Handler<Messages[Name]["request"], Messages[Name]["response"]>;

const errorCode = errorCodes.SECURITY_DISABLED;
const errorMessage = "this port asks nobody who they are: there are no ACLs, quotas or users";
const refusal = { errorCode, errorMessage };

/** Kafka answers DescribeAcls so. */
export const describeAcls: HandlerOf<"describeAcls"> = async () => refusal;

/** One refusal per ACL. */
export const createAcls: HandlerOf<"createAcls"> = async (_call, { creations }) => ({
  results: creations.map(() => refusal),
});

/** One refusal per filter. */
export const deleteAcls: HandlerOf<"deleteAcls"> = async (_call, { filters }) => ({
  filterResults: filters.map(() => refusal),
});

/** Null entries go with an error. */
export const describeClientQuotas: HandlerOf<"describeClientQuotas"> = async () => ({
  ...refusal,
  entries: null,
});

/** One refusal per entity. */
export const alterClientQuotas: HandlerOf<"alterClientQuotas"> = async (_call, { entries }) => ({
  entries: entries.map(({ entity }) => ({ ...refusal, entity })),
});

/** No users. */
export const describeUserScramCredentials: HandlerOf<"describeUserScramCredentials"> = async () => refusal;

/** One refusal per user. */
export const alterUserScramCredentials: HandlerOf<"alterUserScramCredentials"> = async (
  _call,
  { deletions, upsertions },
) => ({
  results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))].map(user => ({
    user,
    ...refusal,
  })),
});
