/**
 * What a deployment declares, read from its resolved templates: functions, the API, tables, buckets, the schedule. A
 * property that changes how requests are served, and is not read here, stops the run.
 */
import { join } from "node:path";
import type { ApiDefinition, DoorRoute } from "./front-door/index.ts";
import type { FunctionDefinition } from "./functions/index.ts";
import { Unmodelled } from "./policy/index.ts";
import type { MappingDefinition, QueueDefinition } from "./queues/index.ts";
import type { Place, Resolver, Resource } from "./template/index.ts";

/** A table, as it must be made. */
export type TableDefinition = {
  readonly name: string;
  readonly keySchema: readonly KeyElement[];
  readonly attributes: readonly AttributeDefinition[];
};
type KeyElement = { readonly AttributeName: string; readonly KeyType: "HASH" | "RANGE" };
type AttributeDefinition = { readonly AttributeName: string; readonly AttributeType: "S" | "N" | "B" };

/** What calls a function again and again. */
export type ScheduleDefinition = {
  readonly role: string;
  readonly groupArn: string;
  readonly functionArn: string;
  /** JSON. */
  readonly input: string;
};

type Fields = Readonly<Record<string, unknown>>;

/** Every table. */
export function tablesOf(resolver: Resolver): readonly TableDefinition[] {
  return resolver.resources("AWS::DynamoDB::Table").map(table => {
    refuse(table, [
      "GlobalSecondaryIndexes",
      "LocalSecondaryIndexes",
      "ResourcePolicy",
      "StreamSpecification",
    ]);
    const { KeySchema, AttributeDefinitions } = table.properties;
    return {
      name: resolver.identityOf(table.stack, table.id).ref,
      keySchema: KeySchema as readonly KeyElement[],
      attributes: AttributeDefinitions as readonly AttributeDefinition[],
    };
  });
}

/** The name of every bucket. */
export function bucketsOf(resolver: Resolver): readonly string[] {
  return resolver.resources("AWS::S3::Bucket").map(bucket => {
    refuse(bucket, ["VersioningConfiguration", "ObjectLockConfiguration"]);
    return resolver.identityOf(bucket.stack, bucket.id).ref;
  });
}

/** Every function; its code is in the folder that `codeOf` finds for its asset. */
export function functionsOf(
  resolver: Resolver,
  codeOf: (stack: string, assetKey: string) => string,
): readonly FunctionDefinition[] {
  return resolver.resources("AWS::Lambda::Function").map(resource => {
    refuse(resource, ["VpcConfig", "Layers", "FileSystemConfigs", "ImageConfig", "DeadLetterConfig"]);
    const { Runtime, Handler, Role, Code, MemorySize, Timeout, Environment, LoggingConfig } =
      resource.properties;
    if (Runtime !== "nodejs24.x") throw new Unmodelled(`the runtime ${String(Runtime)} of ${resource.id}`);
    const { ref, attributes } = resolver.identityOf(resource.stack, resource.id);
    const logging = (LoggingConfig ?? {}) as Fields;
    return {
      name: ref,
      arn: attributes["Arn"] ?? "",
      role: String(Role),
      folder: codeOf(resource.stack, String((Code as Fields)["S3Key"])),
      handler: String(Handler),
      memoryMiB: Number(MemorySize),
      timeoutMs: Number(Timeout) * 1000,
      logGroup: String(logging["LogGroup"]),
      logLevel: logging["ApplicationLogLevel"] as string | undefined,
      variables: ((Environment as Fields)["Variables"] ?? {}) as Readonly<Record<string, string>>,
    };
  });
}

/** A web function and its endpoint. */
export type WebDefinition = FunctionDefinition & {
  readonly entryPoint: string;
  readonly endpointArn: string;
  readonly domainName: string;
};

/** Lambda's own choice: the template says nothing of it. */
const webMemoryMiB = 2048;

/** The web function, if there is one instead of an API. */
export function webFunctionOf(
  resolver: Resolver,
  codeOf: (stack: string, assetKey: string) => string,
): WebDefinition | undefined {
  const [endpoint, ...others] = resolver.resources("AWS::Lambda::WebFunctionEndpoint");
  const [revision] = resolver.resources("AWS::Lambda::WebFunctionRevision");
  const [copy] = resolver.resources("Custom::S3ObjectCopy");
  if (endpoint === undefined || revision === undefined || copy === undefined) return undefined;
  if (others.length > 0 || endpoint.properties["AuthType"] !== "IamAuth")
    throw new Unmodelled(`${others.length + 1} endpoints, ${String(endpoint.properties["AuthType"])}`);
  const service = revision.properties["ServiceConfig"] as Fields;
  const { EnvironmentVariables, ExecutionRoleArn, TelemetryConfig, TimeoutSeconds } = service;
  const logging = (TelemetryConfig as Fields)["LoggingConfig"] as Fields;
  const { AWS_LAMBDA_NODEJS_ENTRYPOINT: entryPoint = "", ...variables } = EnvironmentVariables as Record<
    string,
    string
  >;
  const { attributes } = resolver.identityOf(endpoint.stack, endpoint.id);
  return {
    name: String(revision.properties["FunctionName"]),
    arn: String(endpoint.properties["FunctionName"]),
    role: String(ExecutionRoleArn),
    folder: codeOf(copy.stack, String(copy.properties["SourceObjectKey"])),
    handler: entryPoint,
    entryPoint,
    memoryMiB: webMemoryMiB,
    timeoutMs: Number(TimeoutSeconds) * 1000,
    logGroup: String(logging["LogGroup"]),
    logLevel: logging["ApplicationLogLevel"] as string | undefined,
    variables,
    endpointArn: attributes["EndpointArn"] ?? "",
    domainName: attributes["DomainName"] ?? "",
  };
}

/** The one API. */
export function apiOf(resolver: Resolver): ApiDefinition {
  const [api, ...others] = resolver.resources("AWS::ApiGatewayV2::Api");
  if (api === undefined || others.length > 0)
    throw new Unmodelled(`a deployment of ${others.length + 1} APIs`);
  refuse(api, ["CorsConfiguration", "Body", "Target"]);
  checkStage(resolver);
  const { ref, attributes } = resolver.identityOf(api.stack, api.id);
  return {
    id: ref,
    domainName: new URL(attributes["ApiEndpoint"] ?? "").host,
    routes: resolver.resources("AWS::ApiGatewayV2::Route").map(route => routeOf(resolver, route)),
  };
}

/** Every schedule. */
export function schedulesOf(resolver: Resolver): readonly ScheduleDefinition[] {
  return resolver.resources("AWS::Scheduler::Schedule").map(({ id, properties }) => {
    const { GroupName, State = "ENABLED", Target } = properties;
    if (State !== "ENABLED") throw new Unmodelled(`State ${String(State)} of ${id}`);
    const { Arn, RoleArn, Input } = Target as Fields;
    const group = resolver
      .resources("AWS::Scheduler::ScheduleGroup")
      .map(each => resolver.identityOf(each.stack, each.id))
      .find(each => each.ref === GroupName);
    return {
      role: String(RoleArn),
      groupArn: group?.attributes["Arn"] ?? "",
      functionArn: String(Arn),
      input: String(Input ?? "{}"),
    };
  });
}

/** Every queue. */
export function queuesOf(resolver: Resolver): readonly QueueDefinition[] {
  return resolver.resources("AWS::SQS::Queue").map(queue => {
    refuse(queue, ["FifoQueue", "DelaySeconds", "RedriveAllowPolicy"]);
    const { attributes } = resolver.identityOf(queue.stack, queue.id);
    const { deadLetterTargetArn, maxReceiveCount } = (queue.properties["RedrivePolicy"] ?? {}) as Fields;
    return {
      arn: attributes["Arn"] ?? "",
      redrive:
        deadLetterTargetArn === undefined
          ? undefined
          : { arn: String(deadLetterTargetArn), receivesMax: Number(maxReceiveCount) },
    };
  });
}

/** Every mapping of a queue to a function. */
export function mappingsOf(resolver: Resolver, { region }: Place): readonly MappingDefinition[] {
  return resolver.resources("AWS::Lambda::EventSourceMapping").map(mapping => {
    refuse(mapping, ["FilterCriteria", "DestinationConfig", "ProvisionedPollerConfig"]);
    const { EventSourceArn, FunctionName, BatchSize, FunctionResponseTypes, Enabled } = mapping.properties;
    if (String(FunctionResponseTypes) !== "ReportBatchItemFailures" || Enabled === false)
      throw new Unmodelled(`the mapping ${mapping.id}: ${String(FunctionResponseTypes)} ${String(Enabled)}`);
    const [target] = resolver
      .resources("AWS::Lambda::Function")
      .map(each => resolver.identityOf(each.stack, each.id))
      .filter(({ ref }) => ref === FunctionName);
    return {
      queueArn: String(EventSourceArn),
      functionArn: target?.attributes["Arn"] ?? "",
      batchSize: Number(BatchSize),
      region,
    };
  });
}

function checkStage(resolver: Resolver): void {
  const stages = resolver.resources("AWS::ApiGatewayV2::Stage").map(({ properties }) => properties);
  const [stage] = stages;
  if (stages.length !== 1 || stage?.["StageName"] !== "$default" || stage["AutoDeploy"] !== true)
    throw new Unmodelled("other stages than one $default that deploys itself");
}

function routeOf(resolver: Resolver, { id, properties }: Resource): DoorRoute {
  const integration = resolver
    .resources("AWS::ApiGatewayV2::Integration")
    .find(each => `integrations/${resolver.identityOf(each.stack, each.id).ref}` === properties["Target"]);
  const { IntegrationType, IntegrationUri, PayloadFormatVersion, TimeoutInMillis, ApiId, ...rest } =
    integration?.properties ?? {};
  const [odd] = Object.keys(rest);
  if (IntegrationType !== "AWS_PROXY" || PayloadFormatVersion !== "2.0" || odd !== undefined)
    throw new Unmodelled(
      `the integration of ${id}: ${String(IntegrationType)} ${String(PayloadFormatVersion)} ${odd ?? ""}`,
    );
  return {
    key: String(properties["RouteKey"]),
    functionArn: String(IntegrationUri),
    timeoutMs: Number(TimeoutInMillis ?? 30_000),
    authorization: authorizationOf(resolver, id, properties),
  };
}

function authorizationOf(resolver: Resolver, id: string, properties: Fields): DoorRoute["authorization"] {
  const { AuthorizationType, AuthorizerId, AuthorizationScopes = [] } = properties;
  if (AuthorizationType === "AWS_IAM") return { kind: "iam" };
  const authorizer = resolver
    .resources("AWS::ApiGatewayV2::Authorizer")
    .find(each => resolver.identityOf(each.stack, each.id).ref === AuthorizerId);
  const { IdentitySource, JwtConfiguration } = authorizer?.properties ?? {};
  if (AuthorizationType !== "JWT" || String(IdentitySource) !== "$request.header.Authorization")
    throw new Unmodelled(`how ${id} asks who comes: ${String(AuthorizationType)} ${String(IdentitySource)}`);
  const { Issuer, Audience } = JwtConfiguration as Fields;
  return {
    kind: "jwt",
    issuer: String(Issuer),
    audience: Audience as readonly string[],
    scopes: AuthorizationScopes as readonly string[],
  };
}

function refuse({ id, properties }: Resource, names: readonly string[]): void {
  const found = names.find(name => properties[name] !== undefined);
  if (found !== undefined) throw new Unmodelled(`${found} of ${id}`);
}

/** Where an asset of a cloud assembly lies: `asset.<hash>` for `<hash>.zip`. */
export function assetFolder(assembly: string, key: string): string {
  return join(assembly, `asset.${key.replace(/\.zip$/, "")}`);
}
