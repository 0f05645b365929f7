/**
 * What may become of a call. Times are ms. `reachMs` is how long the call takes to the store, `answerMs` how long the
 * answer takes from there; a caller who is told nothing hears OutcomeUnknown `answerMs` after he called.
 *
 *   ok           done, and the caller hears of it (slow: with large times)
 *   failed       nothing happened, certainly: a refused connection, S3's 409, a 503 SlowDown, a full disk
 *   answerLost   done, and the caller hears OutcomeUnknown
 *   late         the caller hears OutcomeUnknown, and it is done after that
 *   dropped      the caller hears OutcomeUnknown, and it is never done
 *   stale        an eventual read answers with what was there some writes of that partition key ago
 *   short        a query or listing answers with a part, and says where to go on
 *   partial      a batchWrite does its first writes and hands the others back
 *   damaged      an object is read with a bit flipped or its end cut off, or is not found
 *
 * S3's 412 needs no outcome: a put whose answer was lost finds its object when it is sent again.
 */
import { assert, CumulogError } from "../../std/index.ts";
import { type Call, isEventualRead, nameOfCall } from "./calls.ts";

/** Why a call certainly had no effect. */
export type Failure = "unavailable" | "conflict" | "throttled" | "full";

/** What the bytes of an object suffer on their way. `at` counts from the start of the object. */
export type Damage =
  | { readonly kind: "bitFlipped"; readonly at: number }
  | { readonly kind: "cutOff"; readonly at: number }
  | { readonly kind: "lost" };

export type Outcome =
  | {
      readonly kind: "ok";
      readonly reachMs: number;
      readonly answerMs: number;
      /** The store's own clock is this far ahead, where the answer tells its time. */
      readonly storeTimeAheadMs?: number;
    }
  | { readonly kind: "failed"; readonly failure: Failure; readonly answerMs: number }
  | { readonly kind: "answerLost"; readonly reachMs: number; readonly answerMs: number }
  | { readonly kind: "late"; readonly reachMs: number; readonly answerMs: number }
  | { readonly kind: "dropped"; readonly answerMs: number }
  | {
      readonly kind: "stale";
      readonly writesBehind: number;
      /** Of those writes, counted from the newest (1), the ones that are seen nevertheless: no order is promised. */
      readonly seen?: readonly number[];
      readonly reachMs: number;
      readonly answerMs: number;
    }
  | { readonly kind: "short"; readonly count: number; readonly reachMs: number; readonly answerMs: number }
  | { readonly kind: "partial"; readonly count: number; readonly reachMs: number; readonly answerMs: number }
  | {
      readonly kind: "damaged";
      readonly damage: Damage;
      readonly reachMs: number;
      readonly answerMs: number;
    };

export type OutcomeKind = Outcome["kind"];

/** An outcome was decided on that this call cannot have. A mistake of whoever decides. */
export class OutcomeNotModelled extends CumulogError {
  override readonly name = "OutcomeNotModelled";
  readonly kind = "bug";
}

/** Throws OutcomeNotModelled for what no store does. */
export function checkOutcome(call: Call, outcome: Outcome): void {
  if (!isPossible(call, outcome))
    throw new OutcomeNotModelled(`${nameOfCall(call)} cannot have the outcome ${outcome.kind}`);
  if (outcome.kind === "late")
    assert(outcome.reachMs > outcome.answerMs, "a late call is done after its caller gave up");
}

function isPossible(call: Call, outcome: Outcome): boolean {
  switch (outcome.kind) {
    case "stale":
      return isEventualRead(call) && outcome.writesBehind >= 1;
    case "short":
      return (call.operation === "query" || call.operation === "list") && outcome.count >= 1;
    case "partial":
      return call.operation === "batchWrite" && outcome.count < call.writes.length;
    case "damaged":
      return call.port === "objects" && call.operation === "get";
    case "failed":
      // S3 answers 409 to concurrent conditional puts; only what stores bytes finds the store full.
      if (outcome.failure === "conflict") return call.port === "objects" && call.operation === "put";
      return outcome.failure !== "full" || isWrite(call);
    default:
      return true;
  }
}

/** A call that changes the store. */
export function isWrite(call: Call): boolean {
  return (
    call.operation === "put" ||
    call.operation === "update" ||
    call.operation === "delete" ||
    call.operation === "batchWrite"
  );
}
