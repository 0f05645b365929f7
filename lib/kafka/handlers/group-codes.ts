/**
 * What goes wrong with a group, as a code. Clients of groups know other codes for "try again" than producers and consumers
 * do: one that they do not expect ends the consumer.
 */
import { RebalanceInProgress } from "../../engine/index.ts";
import { CumulogError } from "../../std/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";

/** The code; `again` where the same request may succeed later. Throws on what is no fact of the log. */
export function groupCodeOf(error: unknown, again: number = errorCodes.COORDINATOR_NOT_AVAILABLE): number {
  if (!(error instanceof CumulogError)) throw error;
  return error.kind === "busy" && !(error instanceof RebalanceInProgress) ? again : codeOf(error);
}
