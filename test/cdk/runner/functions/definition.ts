/**
 * A function as the template declares it, and the environment that Lambda gives its process.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
import type { Place } from "../template/index.ts";

/** One function. */
export type FunctionDefinition = {
  readonly name: string;
  readonly arn: string;
  /** The ARN of its role. */
  readonly role: string;
  /** Where its bundle is, and what the runtime calls: `index.handler`. */
  readonly folder: string;
  readonly handler: string;
  readonly memoryMiB: number;
  readonly timeoutMs: number;
  readonly logGroup: string;
  /** Of its JSON logs: what the runtime is told to let pass. */
  readonly logLevel: string | undefined;
  /** As in the template, resolved. */
  readonly variables: Readonly<Record<string, string>>;
};

/** Who a process is to AWS, for a while. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
};

/** Exactly what a process of a function finds in its environment, with AWS at `awsUrl`. */
export function environmentOf(
  definition: FunctionDefinition,
  {
    credentials,
    awsUrl,
    logStream,
    place,
  }: {
    readonly credentials: Credentials;
    readonly awsUrl: string;
    readonly logStream: string;
    readonly place: Place;
  },
): Record<string, string> {
  const { name, memoryMiB, logGroup, logLevel, folder, handler, variables } = definition;
  return {
    ...variables,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMiB),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: "JSON",
    ...(logLevel !== undefined && { AWS_LAMBDA_LOG_LEVEL: logLevel }),
    LAMBDA_TASK_ROOT: folder,
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    TZ: ":UTC",
    _HANDLER: handler,
    // Not of Lambda: where AWS is.
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ENDPOINT_URL_DYNAMODB: awsUrl,
    AWS_ENDPOINT_URL_S3: awsUrl,
    AWS_ENDPOINT_URL_SQS: awsUrl,
  };
}
