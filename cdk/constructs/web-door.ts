/**
 * The whole app as one Lambda Web Function: a process serves many requests at once, so that they share segments. Its
 * endpoint knows callers (IAM), but neither paths nor topics.
 */
import { Duration, Stack, Token } from "aws-cdk-lib";
import type { Grant, IGrantable, Role } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  SystemLogLevel,
  WebFunction,
  WebFunctionAuthType,
  WebFunctionCode,
  WebFunctionRuntime,
} from "aws-cdk-lib/aws-lambda";
import type { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { placesOf, type StorageNames, settingsOf } from "../environment.ts";
import type { DeploymentConfig } from "../options.ts";
import { codeOf } from "./code.ts";
import { type FrontDoor, GrantImpossible } from "./front-door.ts";
import { logGroupOf, roleOf } from "./log-function.ts";
import type { LogStorage } from "./storage.ts";

/** A long poll waits up to 25 s. */
const timeoutSeconds = 60;

export class WebDoor extends Construct implements FrontDoor {
  readonly url: string;
  readonly webFunction: WebFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, storage: LogStorage, config: DeploymentConfig) {
    super(scope, id);
    this.logGroup = logGroupOf(this, config);
    this.role = roleOf(this, "web-function", storage, this.logGroup);
    this.webFunction = new WebFunction(this, "Function", {
      code: WebFunctionCode.fromAssetToManagedBucket(codeOf("web-function", config)),
      runtime: WebFunctionRuntime.NODEJS_24_X,
      entryPoint: "index.mjs",
      role: this.role,
      environment: { ...placesOf(config, namesFor(this, storage)), ...settingsOf(config) },
      logGroup: this.logGroup,
      applicationLogLevel: config.logLevel === "debug" ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      systemLogLevel: SystemLogLevel.WARN,
      timeout: Duration.seconds(timeoutSeconds),
      maxConcurrencyPerEnvironment: config.webConcurrency,
      defaultEndpointAuth: WebFunctionAuthType.IAM_AUTH,
      ...(config.webEnvironmentsMax !== undefined && {
        defaultEndpoint: { maxEnvironments: config.webEnvironmentsMax },
      }),
    });
    this.url = `https://${this.webFunction.endpoint.domainName}`;
  }

  grantProduce(_grantee: IGrantable, topic?: string): Grant {
    return this.#refuse("grantProduce", topic);
  }

  grantConsume(_grantee: IGrantable, topic?: string): Grant {
    return this.#refuse("grantConsume", topic);
  }

  /** Lets someone do everything: the endpoint is granted whole or not at all. */
  grantAdmin(grantee: IGrantable): Grant {
    return this.webFunction.endpoint.grants.invoke(grantee);
  }

  #refuse(grant: string, topic: string | undefined): never {
    throw new GrantImpossible(
      `${grant}(${topic ?? "every topic"}) cannot be made: the endpoint of ${this.node.path} is granted whole, by ` +
        "grantAdmin, which also lets topics be deleted. Use frontDoor http-api for grants on topics and duties.",
    );
  }
}

/**
 * The names of table and bucket as values of this stack. WebFunction shows its configuration to the resource that copies
 * its code before references between stacks are resolved: there they would name what this stack does not have.
 */
function namesFor(scope: Construct, { table, bucket }: LogStorage): StorageNames {
  const [here, there] = [Stack.of(scope), Stack.of(table)];
  const nameOf = (name: string): string =>
    here === there || !Token.isUnresolved(name) ? name : there.exportValue(name);
  return { table: { tableName: nameOf(table.tableName) }, bucket: { bucketName: nameOf(bucket.bucketName) } };
}
