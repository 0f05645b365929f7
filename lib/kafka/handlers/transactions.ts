/** Transactions are not served yet: there are none to list, and none of any name. */
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import type { Handler } from "./handler.ts";

type Messages = typeof messages;
type HandlerOf<Name extends keyof Messages> = Handler<Messages[Name]["request"], Messages[Name]["response"]>;

/** An empty list. */
export const listTransactions: HandlerOf<"listTransactions"> = async () => ({ errorCode: errorCodes.NONE });

/** Nothing is known of any id. */
export const describeTransactions: HandlerOf<"describeTransactions"> = async (
  _call,
  { transactionalIds },
) => ({
  transactionStates: transactionalIds.map(transactionalId => ({
    transactionalId,
    errorCode: errorCodes.TRANSACTIONAL_ID_NOT_FOUND,
  })),
});
