/**
 * What is deployed: each test takes one promise and looks for it in the templates.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { Table } from "aws-cdk-lib/aws-dynamodb";
import { Role, ServicePrincipal, User } from "aws-cdk-lib/aws-iam";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { alarmNames } from "../../cdk/constructs/index.ts";
import { Cumulog, GrantImpossible, grantGateway } from "../../cdk/index.ts";
import { acknowledgements, addChecks, findAcknowledgement } from "../../cdk/nag.ts";
import { metrics } from "../../lib/adapters/system/index.ts";
import { routes } from "../../lib/rest/index.ts";
import { inWords, statementsOf } from "./policies.ts";
import { anApp, code, type Resource, type Synthesized, synthesize, synthesized } from "./synthesize.ts";

const usual = synthesize();
const tokens = synthesize({
  stage: "prod",
  authorizer: "jwt",
  jwtIssuer: "https://issuer.example",
  jwtAudience: "log,audit",
  jwtScopePrefix: "cumulog/",
  removal: "destroy",
  restoreWindowDays: "14",
  tableName: "the-table",
  bucketName: "the-bucket",
  alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms",
  produceProvisionedConcurrency: "2",
  fetchReservedConcurrency: "50",
  lingerMs: "7",
  groupConsumerSessionTimeoutMs: "9000",
  offsetsRetentionMinutes: "60",
  dashboard: "false",
  maintenanceMinutes: "1440",
  allowedOrigins: "https://app.example",
  account: "123456789012",
  region: "eu-central-1",
});
const web = synthesize({ frontDoor: "web-function" });
const all = { usual, tokens, web };

describe("a function's role", () => {
  const log = "logs:CreateLogStream, logs:PutLogEvents on Log";
  const ofTopics = [
    "dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem C L#* T on Table",
    "dynamodb:DeleteItem T on Table",
  ];
  const expected: Readonly<Record<string, readonly string[]>> = {
    produce: [
      "dynamodb:GetItem C L#* P#* T on Table",
      "dynamodb:Query P#* on Table",
      "dynamodb:UpdateItem L#* on Table",
      "dynamodb:PutItem P#* S#* on Table",
      "s3:PutObject on Bucket/ingest/*",
      log,
    ],
    fetch: [
      "dynamodb:GetItem C L#* S#* T on Table",
      "dynamodb:Query P#* T on Table",
      "s3:GetObject on Bucket/ingest/*, Bucket/topics/*",
      "s3:ListBucket on Bucket",
      log,
    ],
    groups: [
      "dynamodb:GetItem C G#* I#* L#* S#* T on Table",
      "dynamodb:Query G#* GI#* P#* T on Table",
      "dynamodb:PutItem G#* GI#* I#* on Table",
      "dynamodb:UpdateItem G#* on Table",
      "dynamodb:DeleteItem G#* I#* on Table",
      "s3:GetObject on Bucket/ingest/*, Bucket/topics/*",
      "s3:ListBucket on Bucket",
      log,
    ],
    admin: [...ofTopics, log],
    maintenance: [
      "dynamodb:BatchWriteItem L#* P#* S#* T on Table",
      "dynamodb:DeleteItem G#* GI#* P#* T on Table",
      "dynamodb:GetItem C G#* L#* P#* S#* T on Table",
      "dynamodb:PutItem C G#* GI#* L#* P#* T on Table",
      "dynamodb:Query G#* GI#* P#* S#* T on Table",
      "dynamodb:UpdateItem C L#* P#* T on Table",
      "s3:AbortMultipartUpload on Bucket/topics/*",
      "s3:DeleteObject on Bucket/ingest/*, Bucket/sweep/mark/*, Bucket/topics/*",
      "s3:GetObject on Bucket/ingest/*, Bucket/sweep/*, Bucket/topics/*",
      "s3:ListBucket on Bucket",
      "s3:PutObject on Bucket/sweep/*, Bucket/topics/*",
      "sqs:SendMessage on Failures",
      "sqs:SendMessage on Jobs",
      log,
    ],
    worker: [
      "dynamodb:Query P#* on Table",
      "dynamodb:GetItem C L#* P#* S#* T on Table",
      "dynamodb:PutItem, dynamodb:DeleteItem J P#* on Table",
      "dynamodb:UpdateItem L#* P#* on Table",
      "s3:GetObject on Bucket/ingest/*, Bucket/topics/*",
      "s3:ListBucket on Bucket",
      "s3:PutObject, s3:AbortMultipartUpload on Bucket/topics/*",
      "sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes on Jobs",
      log,
    ],
  };

  it.each(Object.keys(expected))("lets %s do what the RFC says, and nothing else", name => {
    expect(statementsOf(roleOf(usual, name), usual).map(inWords).sort()).toEqual(
      [...(expected[name] ?? [])].sort(),
    );
  });

  it("of the web function is that of produce, fetch, groups and admin together", () => {
    expect(statementsOf(roleOf(web, "web-function"), web).map(inWords).sort()).toEqual(
      [
        "dynamodb:GetItem C G#* I#* L#* P#* S#* T on Table",
        "dynamodb:Query G#* GI#* P#* T on Table",
        "dynamodb:UpdateItem C G#* L#* T on Table",
        "dynamodb:PutItem C G#* GI#* I#* L#* P#* S#* T on Table",
        "dynamodb:DeleteItem G#* I#* T on Table",
        "s3:PutObject on Bucket/ingest/*",
        "s3:GetObject on Bucket/ingest/*, Bucket/topics/*",
        "s3:ListBucket on Bucket",
        log,
      ].sort(),
    );
  });

  it("never has * for a call or for what it is on", () => {
    for (const deployment of [usual, tokens])
      for (const role of deployment.resources("AWS::IAM::Role"))
        for (const { Action, Resource } of statementsOf(role, deployment)) {
          expect([Action].flat().filter(action => action.includes("*"))).toEqual([]);
          expect([Resource].flat()).not.toContain("*");
        }
  });

  it("has no policy that AWS keeps for everyone", () => {
    for (const deployment of [usual, tokens])
      for (const { Properties } of deployment.resources("AWS::IAM::Role"))
        expect(Properties["ManagedPolicyArns"]).toBeUndefined();
  });
});

describe("a function", () => {
  it("runs Node 24 on arm64, logs JSON to its own group, traces nothing", () => {
    const functions = usual.resources("AWS::Lambda::Function");
    const groups = functions.map(({ Properties }) => JSON.stringify(Properties["LoggingConfig"]));
    expect(functions).toHaveLength(6);
    expect(new Set(groups).size).toBe(6);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Handler: "index.handler",
        LoggingConfig: {
          LogFormat: "JSON",
          ApplicationLogLevel: "INFO",
          LogGroup: { Ref: expect.anything() },
        },
      });
      expect(Properties["TracingConfig"]).toBeUndefined();
    }
  });

  it("knows table, bucket, stage and the settings that were given", () => {
    const [first] = tokens.resources("AWS::Lambda::Function");
    expect(first?.Properties["Environment"]).toEqual({
      Variables: {
        CUMULOG_TABLE: { "Fn::ImportValue": expect.stringContaining("Table") },
        CUMULOG_BUCKET: { "Fn::ImportValue": expect.stringContaining("Bucket") },
        CUMULOG_STAGE: "prod",
        CUMULOG_LOG_LEVEL: "info",
        CUMULOG_ALLOWED_ORIGINS: "https://app.example",
        CUMULOG_LINGER_MS: "7",
        CUMULOG_GROUP_CONSUMER_SESSION_TIMEOUT_MS: "9000",
        CUMULOG_OFFSETS_RETENTION_MINUTES: "60",
      },
    });
  });

  it("of the upkeep goes by the same times of groups as those that serve them", () => {
    const [tick] = tokens.resources("AWS::Lambda::Function", "maintenance");
    expect(tick?.Properties["Environment"]).toEqual({
      Variables: {
        CUMULOG_TABLE: { "Fn::ImportValue": expect.stringContaining("Table") },
        CUMULOG_BUCKET: { "Fn::ImportValue": expect.stringContaining("Bucket") },
        CUMULOG_STAGE: "prod",
        CUMULOG_LOG_LEVEL: "info",
        CUMULOG_GROUP_CONSUMER_SESSION_TIMEOUT_MS: "9000",
        CUMULOG_OFFSETS_RETENTION_MINUTES: "60",
        CUMULOG_RESTORE_WINDOW_DAYS: "14",
        CUMULOG_JOBS_QUEUE: { Ref: expect.stringContaining("Jobs") },
      },
    });
  });

  it("is kept warm or bounded only when asked", () => {
    const bounds = ({ resources }: Synthesized) => ({
      reserved: resources("AWS::Lambda::Function").flatMap(
        ({ Properties }) => Properties["ReservedConcurrentExecutions"] ?? [],
      ),
      provisioned: resources("AWS::Lambda::Alias").map(
        ({ Properties }) => Properties["ProvisionedConcurrencyConfig"],
      ),
    });
    expect(bounds(usual)).toEqual({ reserved: [], provisioned: [] });
    expect(bounds(tokens)).toEqual({
      reserved: [50],
      provisioned: [{ ProvisionedConcurrentExecutions: 2 }],
    });
  });
});

describe("what is stored", () => {
  const [table] = usual.resources("AWS::DynamoDB::Table");
  const [bucket] = usual.resources("AWS::S3::Bucket");

  it("outlives its stack, can be restored, and is not deleted by accident", () => {
    expect(table).toMatchObject({
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      },
    });
    expect(bucket).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
  });

  it("is encrypted, closed to the public and reached over TLS alone", () => {
    expect(bucket?.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      LifecycleConfiguration: { Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }] },
    });
    const [policy] = usual.resources("AWS::S3::BucketPolicy");
    expect(policy?.Properties["PolicyDocument"]).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: "Deny",
          Action: "s3:*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      ]),
    });
  });

  it("has the names and the removal that were asked for", () => {
    const [named] = tokens.resources("AWS::DynamoDB::Table");
    expect(named).toMatchObject({
      DeletionPolicy: "Delete",
      Properties: {
        TableName: "the-table",
        DeletionProtectionEnabled: false,
        PointInTimeRecoverySpecification: { RecoveryPeriodInDays: 14 },
      },
    });
    expect(tokens.resources("AWS::S3::Bucket")[0]).toMatchObject({
      DeletionPolicy: "Delete",
      Properties: { BucketName: "the-bucket" },
    });
  });

  it("is not in the logs for ever", () => {
    for (const { resources } of [usual, tokens, web])
      for (const { Properties } of resources("AWS::Logs::LogGroup"))
        expect(Properties["RetentionInDays"]).toEqual(expect.any(Number));
  });
});

describe("the HTTP API", () => {
  const served = routes.filter(({ duty }) => duty !== "process");

  it.each(["usual", "tokens"] as const)(
    "has one route for each row of the route table, to its duty (%s)",
    name => {
      const deployed = all[name].resources("AWS::ApiGatewayV2::Route").map(({ Properties }) => ({
        key: Properties["RouteKey"],
        duty: dutyOf(all[name], Properties["Target"]),
      }));
      const rows = served.map(({ method, path, duty }) => ({ key: `${method.toUpperCase()} ${path}`, duty }));
      expect(deployed.sort(byKey)).toEqual(rows.sort(byKey));
    },
  );

  it("asks on every route for a signature", () => {
    for (const { Properties } of usual.resources("AWS::ApiGatewayV2::Route"))
      expect(Properties["AuthorizationType"]).toBe("AWS_IAM");
  });

  it("asks on every route for a token with the scope of its duty when configured so", () => {
    for (const { Properties } of tokens.resources("AWS::ApiGatewayV2::Route"))
      expect(Properties).toMatchObject({
        AuthorizationType: "JWT",
        AuthorizerId: { Ref: expect.anything() },
        AuthorizationScopes: [`cumulog/${dutyOf(tokens, Properties["Target"])}`],
      });
    expect(
      tokens.resources("AWS::ApiGatewayV2::Authorizer").map(({ Properties }) => Properties),
    ).toMatchObject([
      {
        AuthorizerType: "JWT",
        JwtConfiguration: { Issuer: "https://issuer.example", Audience: ["log", "audit"] },
      },
    ]);
  });

  it("is throttled and writes an access log", () => {
    const [stage] = usual.resources("AWS::ApiGatewayV2::Stage");
    expect(stage?.Properties).toMatchObject({
      StageName: "$default",
      DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 500 },
      AccessLogSettings: { DestinationArn: { "Fn::GetAtt": expect.anything() } },
    });
  });

  it("is the only one that may call its functions", () => {
    const permissions = usual.resources("AWS::Lambda::Permission");
    expect(permissions).toHaveLength(4);
    for (const { Properties } of permissions) {
      expect(Properties["Principal"]).toBe("apigateway.amazonaws.com");
      expect(JSON.stringify(Properties["SourceArn"])).toMatch(
        /execute-api:.*"Ref":"DoorApi\w+"},"\/\*\/\*\/\*"/,
      );
    }
  });
});

describe("the web function", () => {
  it("is the only door, and asks for a signature", () => {
    expect(web.resources("AWS::ApiGatewayV2::Api")).toEqual([]);
    expect(
      web.resources("AWS::Lambda::WebFunctionEndpoint").map(({ Properties }) => Properties),
    ).toMatchObject([{ AuthType: "IamAuth" }]);
  });

  it("names nothing that is not in its stack or exported to it", () => {
    const names = JSON.stringify(web.resources("AWS::Lambda::WebFunctionRevision"));
    expect(names).toContain('"CUMULOG_TABLE":{"Fn::ImportValue":');
    // The CDK shows the configuration to the resource that copies the code as well.
    expect(JSON.stringify(web.resources("Custom::S3ObjectCopy"))).toContain(
      '"CUMULOG_TABLE":{"Fn::ImportValue":',
    );
  });
});

describe("maintenance", () => {
  it("ticks, and keeps what came to nothing", () => {
    const [schedule] = usual.resources("AWS::Scheduler::Schedule");
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: "rate(5 minutes)",
      Target: {
        RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 3 },
        DeadLetterConfig: { Arn: { "Fn::GetAtt": expect.arrayContaining(["Arn"]) } },
      },
    });
    expect(usual.resources("AWS::Lambda::EventInvokeConfig")[0]?.Properties).toMatchObject({
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: { "Fn::GetAtt": expect.anything() } } },
    });
    for (const { Properties } of usual.resources("AWS::SQS::Queue"))
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true });
  });

  it("has workers, a bounded number of them, that take jobs from a queue", () => {
    const [jobs] = usual
      .resources("AWS::SQS::Queue", "maintenance")
      .filter(({ Properties }) => Properties["RedrivePolicy"]);
    expect(jobs?.Properties).toMatchObject({
      RedrivePolicy: { maxReceiveCount: 3 },
      VisibilityTimeout: 1800,
      MessageRetentionPeriod: 86_400,
    });
    expect(usual.resources("AWS::Lambda::EventSourceMapping")[0]?.Properties).toMatchObject({
      BatchSize: 4,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  it("lets no tick wait for longer than Lambda does", () => {
    expect(tokens.resources("AWS::Scheduler::Schedule")[0]?.Properties).toMatchObject({
      ScheduleExpression: "rate(1440 minutes)",
    });
    expect(tokens.resources("AWS::Lambda::EventInvokeConfig")[0]?.Properties).toMatchObject({
      MaximumEventAgeInSeconds: 21_600,
    });
  });

  it("is called by its schedule alone, which may do nothing else", () => {
    const role = usual
      .resources("AWS::IAM::Role", "maintenance")
      .find(({ Properties }) => JSON.stringify(Properties).includes("scheduler.amazonaws.com"));
    expect(role && statementsOf(role, usual).map(inWords)).toEqual([
      "lambda:InvokeFunction on Function",
      "sqs:SendMessage on Failures",
    ]);
  });
});

describe("alarms", () => {
  const operations = readFileSync(join(import.meta.dirname, "..", "..", "docs", "OPERATIONS.md"), "utf8");
  const anchors = [...operations.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  const descriptions = ({ resources }: Synthesized) =>
    resources("AWS::CloudWatch::Alarm").map(({ Properties }) => String(Properties["AlarmDescription"]));

  it("each lead to a paragraph of its own", () => {
    const named = descriptions(usual).map(text => /docs\/OPERATIONS\.md#([\w-]+)$/.exec(text)?.[1]);
    expect(named.sort()).toEqual([...alarmNames].sort());
    for (const name of alarmNames) expect(anchors).toContain(name);
  });

  it("are few: beyond ten metrics each costs ten cents a month", () => {
    const watched = usual
      .resources("AWS::CloudWatch::Alarm")
      .flatMap(({ Properties }) => [Properties["MetricName"] ?? Properties["Metrics"]].flat())
      .filter(metric => !JSON.stringify(metric).includes('"Expression"'));
    expect(watched.length).toBeLessThanOrEqual(12);
  });

  it("tell whom they were told to", () => {
    for (const { Properties } of tokens.resources("AWS::CloudWatch::Alarm"))
      expect(Properties["AlarmActions"]).toEqual(["arn:aws:sns:eu-central-1:123456789012:alarms"]);
  });

  it("of a web function are those that it can have", () => {
    expect(descriptions(web)).toHaveLength(8);
  });
});

describe("the dashboard", () => {
  it("shows no metric that the engine does not write", () => {
    const body = JSON.stringify(usual.resources("AWS::CloudWatch::Dashboard"));
    const shown = [...body.matchAll(/cumulog_\w+/g)].map(([name]) => name);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter(name => !metrics.some(metric => metric.name === name))).toEqual([]);
  });

  it("is left out when nobody wants it", () => {
    expect(tokens.resources("AWS::CloudWatch::Dashboard")).toEqual([]);
  });
});

describe("cdk-nag", () => {
  const findings = Object.values(all).flatMap(({ app }) =>
    [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap(pack =>
      pack
        .validateScope(app)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath = "" }) => ({ ruleName, constructPath })),
        ),
    ),
  );

  it("finds nothing that is not acknowledged", () => {
    expect(
      findings.filter(({ ruleName, constructPath }) => !findAcknowledgement(ruleName, constructPath)),
    ).toEqual([]);
  });

  it("finds everything that is acknowledged", () => {
    const used = findings.map(({ ruleName, constructPath }) => findAcknowledgement(ruleName, constructPath));
    expect(acknowledgements.filter(each => !used.includes(each))).toEqual([]);
  });

  it("fails the synthesis when it finds something else", () => {
    const app = anApp();
    new Bucket(new Stack(app, "Careless"), "Open");
    addChecks(app);
    expect(() => synthesized(app)).toThrow("AwsSolutions-S1");
  });
});

describe("the construct", () => {
  it("makes a whole log in a stack of one's own, and lets in whom it is told to", () => {
    const app = anApp();
    const stack = new Stack(app, "Mine");
    const log = new Cumulog(stack, "Log", { code, stage: "mine" });
    const user = new User(stack, "User");
    log.grantProduce(user, "orders");
    const { resources } = synthesized(app);
    expect(resources("AWS::Lambda::Function")).toHaveLength(6);
    expect(Object.keys(log.functions).sort()).toEqual([
      "admin",
      "fetch",
      "groups",
      "maintenance",
      "produce",
      "worker",
    ]);
    const [policy] = resources("AWS::IAM::Policy").filter(({ id }) => id.startsWith("User"));
    expect(JSON.stringify(policy?.Properties["PolicyDocument"])).toContain(
      '"/$default/POST/topics/orders/partitions/*/records"',
    );
    expect(policy?.Properties["PolicyDocument"]).toMatchObject({
      Statement: [{ Action: "execute-api:Invoke" }],
    });
  });

  it("grants a gateway what it needs, and nothing that is * alone", () => {
    const app = anApp();
    const stack = new Stack(app, "Mine");
    const log = new Cumulog(stack, "Log", { code });
    const role = new Role(stack, "Gateway", { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") });
    log.grantGateway(role).assertSuccess();
    const made = synthesized(app);
    const [resource] = made.resources("AWS::IAM::Role").filter(({ id }) => id.startsWith("Gateway"));
    expect(resource && statementsOf(resource, made).map(inWords).sort()).toEqual(
      [
        "dynamodb:GetItem C G#* I#* L#* P#* S#* T on Table",
        "dynamodb:Query G#* GI#* N P#* T on Table",
        "dynamodb:UpdateItem C G#* L#* T on Table",
        "dynamodb:PutItem C G#* GI#* I#* L#* N P#* S#* T on Table",
        "dynamodb:DeleteItem G#* I#* N T on Table",
        "s3:PutObject on Bucket/ingest/*",
        "s3:GetObject on Bucket/ingest/*, Bucket/topics/*",
        "s3:ListBucket on Bucket",
      ].sort(),
    );
  });

  it("grants a gateway a log that the app made, by the names of table and bucket", () => {
    const app = anApp();
    const stack = new Stack(app, "Mine");
    const table = Table.fromTableName(stack, "Table", "the-table");
    const bucket = Bucket.fromBucketName(stack, "Bucket", "the-bucket");
    const role = new Role(stack, "Gateway", { assumedBy: new ServicePrincipal("ec2.amazonaws.com") });
    grantGateway(role, { table, bucket }).assertSuccess();
    const policy = JSON.stringify(synthesized(app).resources("AWS::IAM::Policy"));
    expect(policy).toContain(":table/the-table");
    expect(policy).toContain(":s3:::the-bucket/ingest/*");
  });

  it("says everything that is wrong with its props at once", () => {
    const stack = new Stack(anApp(), "Mine");
    expect(
      () => new Cumulog(stack, "Log", { code, stage: "No!", restoreWindowDays: 40, produceMemoryMiB: 64 }),
    ).toThrow(
      /stage: "No!" .*\n.*restoreWindowDays: 40 is outside \[1, 35\]\nproduceMemoryMiB: 64 is outside/,
    );
  });

  it("refuses a grant that its door cannot make", () => {
    const stack = new Stack(anApp(), "Mine");
    const user = new User(stack, "User");
    const asWeb = new Cumulog(stack, "Web", { code, frontDoor: "web-function" });
    expect(() => asWeb.grantProduce(user, "orders")).toThrow(GrantImpossible);
    const asTokens = new Cumulog(stack, "Tokens", {
      code,
      authorizer: "jwt",
      jwtIssuer: "https://issuer.example",
      jwtAudience: ["log"],
    });
    expect(() => asTokens.grantAdmin(user)).toThrow("its issuer decides");
  });
});

/** The role of a function, which says for whom it is. */
function roleOf({ resources }: Synthesized, name: string): Resource {
  const role = resources("AWS::IAM::Role").find(
    ({ Properties }) => Properties["Description"] === `The ${name} function of Cumulog`,
  );
  if (role === undefined) throw new Error(`there is no role for ${name}`);
  return role;
}

/** The duty whose function a route leads to. */
function dutyOf({ resources }: Synthesized, target: unknown): string | undefined {
  const integration = resources("AWS::ApiGatewayV2::Integration").find(({ id }) =>
    JSON.stringify(target).includes(`"${id}"`),
  );
  return /Door(Produce|Fetch|Groups|Admin)/
    .exec(JSON.stringify(integration?.Properties["IntegrationUri"]))?.[1]
    ?.toLowerCase();
}

function byKey(a: { readonly key: unknown }, b: { readonly key: unknown }): number {
  return String(a.key) < String(b.key) ? -1 : 1;
}
