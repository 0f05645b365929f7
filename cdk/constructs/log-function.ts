/**
 * One function of a deployment, with a role and a log group of its own: it may do what `permissions` says and write its
 * own log, nothing else.
 */
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type IFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { placesOf } from "../environment.ts";
import type { DeploymentConfig } from "../options.ts";
import type { FunctionRoleName } from "../permissions.ts";
import { codeOf } from "./code.ts";
import { statementsOf } from "./statements.ts";
import type { LogStorage } from "./storage.ts";

/** What one function has of its own. */
export type LogFunctionOptions = {
  readonly name: Exclude<FunctionRoleName, "web-function">;
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly reservedConcurrency?: number | undefined;
  readonly provisionedConcurrency?: number | undefined;
  /** What it is told beside the names of table and bucket. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What it may do beside its row of `permissions`. */
  readonly statements?: readonly PolicyStatement[];
};

export class LogFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  /** What callers are to invoke: the function, or its kept-warm version. */
  readonly target: IFunction;

  constructor(
    scope: Construct,
    id: string,
    storage: LogStorage,
    config: DeploymentConfig,
    options: LogFunctionOptions,
  ) {
    super(scope, id);
    this.logGroup = logGroupOf(this, config);
    this.role = roleOf(this, options.name, storage, this.logGroup, options.statements);
    this.function = new LambdaFunction(this, "Function", {
      description: options.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: Code.fromAsset(codeOf(options.name, config)),
      role: this.role,
      environment: { ...placesOf(config, storage), ...options.environment },
      memorySize: options.memoryMiB,
      timeout: Duration.seconds(options.timeoutSeconds),
      ...(options.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: options.reservedConcurrency,
      }),
      tracing: Tracing.DISABLED,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      // What the function writes is bounded by its own level; metrics are lines of level INFO and must pass.
      applicationLogLevelV2:
        config.logLevel === "debug" ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      // Three lines a call would cost more than the calls that they speak of.
      systemLogLevelV2: SystemLogLevel.WARN,
    });
    this.target =
      options.provisionedConcurrency === undefined
        ? this.function
        : // An alias is a function, but says of its role "or undefined" where IFunction says "or absent".
          (this.function.addAlias("warm", {
            provisionedConcurrentExecutions: options.provisionedConcurrency,
          }) as IFunction);
  }
}

/** The log of a function. It is gone with its stack: what matters is in the table and the bucket. */
export function logGroupOf(scope: Construct, config: DeploymentConfig): LogGroup {
  return new LogGroup(scope, "Log", {
    retention: config.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** The role of a function: its permissions, and its own log. */
export function roleOf(
  scope: Construct,
  name: FunctionRoleName,
  storage: LogStorage,
  logGroup: LogGroup,
  more: readonly PolicyStatement[] = [],
): Role {
  const log = new PolicyStatement({
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [logGroup.logGroupArn],
  });
  return new Role(scope, "Role", {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    description: `The ${name} function of Cumulog`,
    inlinePolicies: {
      log: new PolicyDocument({ statements: [...statementsOf(name, storage), ...more, log] }),
    },
  });
}
