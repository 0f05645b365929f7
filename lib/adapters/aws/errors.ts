/**
 * What went wrong, in the port's words. The append protocol stands on one rule: only what the service itself refused
 * and named, or what was never sent, is "without effect". Everything else is unknown.
 */
import {
  ItemRequestInvalid,
  ObjectRequestInvalid,
  OutcomeUnknown,
  StoreThrottled,
  StoreUnavailable,
} from "../../ports/index.ts";
import type { CumulogError } from "../../std/index.ts";
import { type Failure, failureOf } from "./failures.ts";
import { misconfiguration, type Target, unknownRefusal } from "./misconfigurations.ts";
import { isUnsent } from "./unsent.ts";

/** Refused now, for a reason that passes. */
const passing = new Set([
  "BadDigest",
  "ConditionalRequestConflict",
  "OperationAborted",
  "ReplicatedWriteConflictException",
  "RequestTimeout",
  "ResourceInUseException",
  "TransactionConflictException",
  "TransactionInProgressException",
  "XAmzContentChecksumMismatch",
  "XAmzContentSHA256Mismatch",
]);

/** Refused for what the request itself is. */
const invalid = new Set([
  "EntityTooLarge",
  "InvalidArgument",
  "InvalidDigest",
  "InvalidRequest",
  "ItemCollectionSizeLimitExceededException",
  "KeyTooLongError",
  "MalformedXML",
  "MethodNotAllowed",
  "SerializationException",
  "ValidationException",
]);

/** The port's error for anything that a command of the SDK threw. */
export function asStoreError(error: unknown, target: Target): CumulogError {
  const failure = failureOf(error);
  const said = `${target.service} ${target.operation} on ${target.resource}: ${failure.name}: ${withoutNames(failure.message)}`;
  if (isUnsent(error)) return ofUnsent(failure, target, said);
  if (failure.kind === "throttled") return new StoreThrottled(said);
  if (failure.kind === "broken") return new OutcomeUnknown(said);
  return ofRefusal(failure, target, said);
}

/** What a store says passes on to clients, but for its names of roles and accounts. */
function withoutNames(text: string): string {
  return text.replace(/\barn:[^\s"',;]+/g, "arn:...");
}

/** Credentials and settings are looked at before anything is sent; connections are made. */
function ofUnsent(failure: Failure, target: Target, said: string): CumulogError {
  return misconfiguration(failure, target) ?? new StoreUnavailable(said);
}

function ofRefusal(failure: Failure, target: Target, said: string): CumulogError {
  const misconfigured = misconfiguration(failure, target);
  if (passing.has(failure.name) || failure.isClockCorrected) return new StoreUnavailable(said);
  if (misconfigured !== undefined) return misconfigured;
  if (invalid.has(failure.name))
    return target.service === "S3" ? new ObjectRequestInvalid(said) : new ItemRequestInvalid(said);
  // A refusal that we do not know does not go away by asking again: whoever runs this must see it.
  return unknownRefusal(failure, target);
}
