/**
 * The HTTP API: one route for each row of the route table, integrated with the function of its duty. A request that no
 * row names reaches no function.
 */
import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CorsHttpMethod,
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpIamAuthorizer, HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { frontDoorTimeoutMs } from "../../lib/app/aws/index.ts";
import { duties } from "../../lib/rest/index.ts";
import { settingsOf } from "../environment.ts";
import type { DeploymentConfig } from "../options.ts";
import { type FrontDoor, GrantImpossible } from "./front-door.ts";
import { consumePatterns, deployedRoutes, requestPatterns } from "./grants.ts";
import { LogFunction } from "./log-function.ts";
import type { LogStorage } from "./storage.ts";

/** A function that works longer is not heard any more. */
const timeoutSeconds = frontDoorTimeoutMs / 1000;

/** The stage that is no part of a URL. */
const stageName = "$default";

type ServingDuty = (typeof duties)[number];

export class HttpDoor extends Construct implements FrontDoor {
  readonly url: string;
  readonly api: HttpApi;
  readonly functions: Readonly<Record<ServingDuty, LogFunction>>;
  readonly accessLog: LogGroup;
  readonly #authorizer: DeploymentConfig["authorizer"];

  constructor(scope: Construct, id: string, storage: LogStorage, config: DeploymentConfig) {
    super(scope, id);
    this.#authorizer = config.authorizer;
    this.functions = functionsOf(this, storage, config);
    this.api = new HttpApi(this, "Api", {
      description: `Cumulog ${config.stage}`,
      createDefaultStage: false,
      ...(config.allowedOrigins.length > 0 && { corsPreflight: corsOf(config.allowedOrigins) }),
    });
    this.accessLog = new LogGroup(this, "AccessLog", {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName,
      autoDeploy: true,
      throttle: { rateLimit: config.throttleRatePerSecond, burstLimit: config.throttleBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    this.url = this.api.apiEndpoint;
    this.#addRoutes(config);
  }

  grantProduce(grantee: IGrantable, topic?: string): Grant {
    return this.#grant(grantee, requestPatterns("produce", topic));
  }

  grantConsume(grantee: IGrantable, topic?: string): Grant {
    return this.#grant(grantee, consumePatterns(topic));
  }

  grantAdmin(grantee: IGrantable): Grant {
    return this.#grant(grantee, requestPatterns("admin"));
  }

  #grant(grantee: IGrantable, patterns: readonly string[]): Grant {
    if (this.#authorizer !== "iam")
      throw new GrantImpossible(
        `${this.node.path} asks for a ${this.#authorizer}: its issuer decides who may call, not IAM`,
      );
    return Grant.addToPrincipal({
      grantee,
      actions: ["execute-api:Invoke"],
      resourceArns: patterns.map(pattern => this.#arnOf(pattern)),
    });
  }

  #arnOf(pattern: string): string {
    return Stack.of(this).formatArn({
      service: "execute-api",
      resource: this.api.apiId,
      resourceName: `${stageName}/${pattern}`,
    });
  }

  #addRoutes(config: DeploymentConfig): void {
    const authorizer = authorizerOf(config);
    // One permission for each function: the API is its only caller, and one for each route would not fit its policy.
    const integrationOf = (duty: ServingDuty): HttpLambdaIntegration =>
      new HttpLambdaIntegration(`Integration-${duty}`, this.functions[duty].target, {
        scopePermissionToRoute: false,
      });
    const integrations = Object.fromEntries(duties.map(duty => [duty, integrationOf(duty)]));
    for (const route of deployedRoutes) {
      const integration = integrations[route.duty];
      if (integration === undefined) continue;
      const key = HttpRouteKey.with(route.path, route.method.toUpperCase() as HttpMethod);
      new HttpRoute(this, `${route.method.toUpperCase()} ${route.path}`.replaceAll("/", "|"), {
        httpApi: this.api,
        routeKey: key,
        integration,
        authorizer,
        ...(config.jwtScopePrefix !== undefined && {
          authorizationScopes: [`${config.jwtScopePrefix}${route.duty}`],
        }),
      });
    }
  }
}

function functionsOf(
  scope: Construct,
  storage: LogStorage,
  config: DeploymentConfig,
): Readonly<Record<ServingDuty, LogFunction>> {
  const common = { timeoutSeconds, environment: settingsOf(config) };
  return {
    produce: new LogFunction(scope, "Produce", storage, config, {
      name: "produce",
      description: "Cumulog: appends records",
      memoryMiB: config.produceMemoryMiB,
      ...common,
      reservedConcurrency: config.produceReservedConcurrency,
      provisionedConcurrency: config.produceProvisionedConcurrency,
    }),
    fetch: new LogFunction(scope, "Fetch", storage, config, {
      name: "fetch",
      description: "Cumulog: reads records and what is known of topics",
      memoryMiB: config.fetchMemoryMiB,
      ...common,
      reservedConcurrency: config.fetchReservedConcurrency,
      provisionedConcurrency: config.fetchProvisionedConcurrency,
    }),
    groups: new LogFunction(scope, "Groups", storage, config, {
      name: "groups",
      description: "Cumulog: serves members of consumer groups",
      memoryMiB: config.groupsMemoryMiB,
      ...common,
      reservedConcurrency: config.groupsReservedConcurrency,
      provisionedConcurrency: config.groupsProvisionedConcurrency,
    }),
    admin: new LogFunction(scope, "Admin", storage, config, {
      name: "admin",
      description: "Cumulog: creates, changes and deletes topics",
      memoryMiB: config.adminMemoryMiB,
      ...common,
      reservedConcurrency: config.adminReservedConcurrency,
    }),
  };
}

function authorizerOf({ authorizer, jwtIssuer, jwtAudience }: DeploymentConfig): IHttpRouteAuthorizer {
  return authorizer === "jwt" && jwtIssuer !== undefined
    ? new HttpJwtAuthorizer("Tokens", jwtIssuer, { jwtAudience: [...jwtAudience] })
    : new HttpIamAuthorizer();
}

function corsOf(origins: readonly string[]) {
  return {
    allowOrigins: [...origins],
    allowMethods: [CorsHttpMethod.ANY],
    // "*" does not stand for Authorization: the Fetch standard wants it by name.
    allowHeaders: [
      "authorization",
      "content-type",
      "accept",
      "x-amz-date",
      "x-amz-security-token",
      "x-amz-content-sha256",
    ],
    exposeHeaders: ["*"],
  };
}

/** A line for each request, as API Gateway writes it: who, what, and how it went. Never a body. */
const accessLogFields = {
  time: "$context.requestTime",
  requestId: "$context.requestId",
  sourceIp: "$context.identity.sourceIp",
  caller: "$context.identity.caller",
  subject: "$context.authorizer.claims.sub",
  route: "$context.routeKey",
  path: "$context.path",
  status: "$context.status",
  responseBytes: "$context.responseLength",
  latencyMs: "$context.responseLatency",
  functionMs: "$context.integrationLatency",
  error: "$context.error.message",
  functionError: "$context.integrationErrorMessage",
  authorizerError: "$context.authorizer.error",
};
