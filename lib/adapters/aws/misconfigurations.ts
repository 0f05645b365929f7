/**
 * Which failures are the installation's, and who is told what. Clients hear what is missing: a permission, a table. The
 * operator reads in the log what AWS said (which names roles and accounts), the resource, the region, and what to do. Neither
 * holds credentials or keys of items and objects.
 */
import { StoreMisconfigured } from "../../ports/index.ts";
import type { Failure } from "./failures.ts";

/** What a command was about. */
export type Target = {
  readonly service: "DynamoDB" | "S3" | "SQS";
  readonly operation: string;
  /** What the role of this process needs: `dynamodb:UpdateItem`. */
  readonly permission: string;
  /** `table cumulog`, `bucket my-log`, `queue jobs`. */
  readonly resource: string;
  readonly region: string;
};

const missing = new Set([
  "NoSuchBucket",
  "QueueDoesNotExist",
  "ResourceNotFoundException",
  "TableNotFoundException",
]);
const denied = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AllAccessDisabled",
  "UnauthorizedOperation",
]);
const otherRegion = new Set([
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
  "PermanentRedirect",
  "Redirect",
  "TemporaryRedirect",
]);
const credentials = new Set([
  "AuthFailure",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "InvalidToken",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "NotSignedUp",
  "OptInRequired",
  "RequestExpired",
  "RequestInTheFuture",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "TokenRefreshRequired",
  "UnrecognizedClientException",
]);
/** The SDK's own, before anything is sent. */
const settings = new Set(["EndpointError", "InvalidBucketName"]);

const kinds: Readonly<Record<Target["service"], string>> = { DynamoDB: "table", S3: "bucket", SQS: "queue" };

const aboutKeys = /does not match the schema|missing the key/i;

/** What is wrong, for clients, and what the operator is to do about it. */
type Finding = { readonly wrong: string; readonly advice: string };

/** The error for clients and log; undefined when the failure is no matter of the operator's. */
export function misconfiguration(failure: Failure, target: Target): StoreMisconfigured | undefined {
  const finding = findingFor(failure, target);
  if (finding === undefined) return undefined;
  const { service, operation, resource, region } = target;
  return new StoreMisconfigured(
    `the log's installation is misconfigured: ${finding.wrong}. Its operator finds more in the server's log`,
    `${service} ${operation} on ${resource} in ${region}: ${failure.name}: ${failure.message}. ${finding.advice}`,
  );
}

/** The same for a refusal that this program does not know. */
export function unknownRefusal(failure: Failure, target: Target): StoreMisconfigured {
  const { service, operation, resource } = target;
  return new StoreMisconfigured(
    `the log's installation is misconfigured: ${service} refuses ${operation} with ${failure.name}. Its operator finds more in the server's log`,
    `${service} ${operation} on ${resource}: ${failure.name}: ${failure.message}. This refusal is not known to this program: see the service's documentation`,
  );
}

function findingFor({ name, message, status }: Failure, target: Target): Finding | undefined {
  const { permission, resource, region } = target;
  const kind = kinds[target.service];
  if (/kms/i.test(name) || (denied.has(name) && /kms:/i.test(message)))
    return {
      wrong: `the encryption key of the ${kind} cannot be used`,
      advice: `The encryption key of ${resource} cannot be used: enable the key, and grant its use to the role of this process`,
    };
  if (denied.has(name))
    return {
      wrong: `${permission} on the ${kind} is not granted`,
      advice: `Grant ${permission} on ${resource} to the role of this process${hintFor(target)}`,
    };
  if (missing.has(name))
    return {
      wrong: `there is no such ${kind}`,
      advice: `Deploy the stack in ${region}, or correct the names of ${resource} and region`,
    };
  if (otherRegion.has(name) || status === 301)
    return {
      wrong: `the ${kind} lies in another region`,
      advice: `${capitalized(resource)} lies in another region than ${region}: correct the region`,
    };
  if (credentials.has(name))
    return {
      wrong: "the credentials are not valid, or the clock is wrong",
      advice: "Give this process valid credentials, and a clock that is right",
    };
  if (settings.has(name) || /region is missing/i.test(message))
    return {
      wrong: `the settings of the ${kind}, the region or the endpoint are wrong`,
      advice: `Correct the settings of ${resource}, region and endpoint`,
    };
  if (name === "ValidationException" && aboutKeys.test(message))
    return {
      wrong: "the table has other keys than it must",
      advice: `${capitalized(resource)} must have the partition key pk and the sort key sk, both of type S`,
    };
  return undefined;
}

function hintFor({ permission, resource }: Target): string {
  return permission === "s3:GetObject"
    ? `; and s3:ListBucket on ${resource}, without which S3 says the same of an object that is not there`
    : "";
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
