/**
 * Which failures are the installation's, and what its operator is told: the resource, the region, the permission, and
 * what to do. The message reaches clients of the REST face, so it holds no credentials and no keys of items or objects.
 */
import type { Failure } from "./failures.ts";

/** What a command was about. */
export type Target = {
  readonly service: "DynamoDB" | "S3";
  readonly operation: string;
  /** What the role of this process needs: `dynamodb:UpdateItem`. */
  readonly permission: string;
  /** `table cumulog`, `bucket my-log`. */
  readonly resource: string;
  readonly region: string;
};

const missing = new Set(["NoSuchBucket", "ResourceNotFoundException", "TableNotFoundException"]);
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

const aboutKeys = /does not match the schema|missing the key/i;

/** What the operator is told; undefined when the failure is no matter of his. */
export function misconfiguration(failure: Failure, target: Target): string | undefined {
  const advice = adviceFor(failure, target);
  if (advice === undefined) return undefined;
  const where = `${target.service} ${target.operation} on ${target.resource} in ${target.region}`;
  return `${where}: ${failure.name}: ${failure.message}. ${advice}`;
}

function adviceFor({ name, message, status }: Failure, target: Target): string | undefined {
  const { permission, resource, region } = target;
  if (/kms/i.test(name) || (denied.has(name) && /kms:/i.test(message)))
    return `The encryption key of ${resource} cannot be used: enable the key, and grant its use to the role of this process`;
  if (denied.has(name))
    return `Grant ${permission} on ${resource} to the role of this process${hintFor(target)}`;
  if (missing.has(name))
    return `Deploy the stack in ${region}, or correct the names of ${resource} and region`;
  if (otherRegion.has(name) || status === 301)
    return `${capitalized(resource)} lies in another region than ${region}: correct the region`;
  if (credentials.has(name)) return "Give this process valid credentials, and a clock that is right";
  if (settings.has(name) || /region is missing/i.test(message))
    return `Correct the settings of ${resource}, region and endpoint`;
  if (name === "ValidationException" && aboutKeys.test(message))
    return `${capitalized(resource)} must have the partition key pk and the sort key sk, both of type S`;
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
