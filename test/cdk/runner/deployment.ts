/**
 * A deployment, running on this machine from its templates: tables and buckets on emulators, every function a process
 * with its own role, the API a real HTTP server. Nothing in it knows what the log is.
 */
import type { KeyObject } from "node:crypto";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  createBucket,
  type Emulator,
  emulatorCredentials,
  S3Server,
  startDynalite,
} from "../../emulators/index.ts";
import { poll } from "../../emulators/poll.ts";
import { AwsProxy, type Cut } from "./calls/index.ts";
import {
  apiOf,
  bucketsOf,
  functionsOf,
  type ScheduleDefinition,
  schedulesOf,
  type TableDefinition,
  tablesOf,
} from "./declared.ts";
import { HttpApi } from "./front-door/index.ts";
import { type Credentials, type FunctionDefinition, type Invoked, Lambda } from "./functions/index.ts";
import { Iam } from "./iam.ts";
import { type Place, Resolver, type Stack } from "./template/index.ts";

const tableMsMax = 10_000;

/** What is run. */
export type DeploymentPlan = {
  readonly stacks: readonly Stack[];
  readonly place: Place;
  /** The folder of a function's code, by the key of its asset. */
  readonly codeOf: (stack: string, assetKey: string) => string;
  /** The public key of a token issuer. */
  readonly keyOf?: (issuer: string) => KeyObject | undefined;
};

/** Whoever works on the log with a role of his own: a function, or what runs elsewhere. */
export type Worker = { readonly name: string; readonly role: string };

export class Deployment {
  /** Where the API answers on this machine, and the name that clients know it by. */
  readonly url: string;
  readonly domainName: string;
  /** Where AWS is for whoever works with a role: every call is judged there. */
  readonly awsUrl: string;
  /** Around the functions and their policies: for what a test does behind their backs. */
  readonly dynamoDb: { readonly url: string; readonly tables: readonly string[] };
  readonly s3: { readonly url: string; readonly buckets: readonly string[] };
  readonly functions: readonly FunctionDefinition[];
  /** What functions wrote, in order. */
  readonly log: string[] = [];
  readonly #iam: Iam;
  readonly #resolver: Resolver;
  readonly #proxy: AwsProxy;
  readonly #lambda: Lambda;
  readonly #place: Place;
  readonly #schedules: readonly ScheduleDefinition[];
  readonly #closers: readonly (() => Promise<void>)[];

  /** Starts everything that the templates declare. */
  static async start({
    stacks,
    place,
    codeOf,
    keyOf = () => undefined,
  }: DeploymentPlan): Promise<Deployment> {
    const resolver = new Resolver(stacks, place);
    const iam = new Iam(resolver);
    const tables = tablesOf(resolver);
    const items = await startDynalite();
    const objects = await S3Server.start({ region: place.region });
    for (const table of tables) await makeTable(items, table, place);
    const buckets = bucketsOf(resolver);
    for (const bucket of buckets) await createBucket(objects.url, bucket);
    const proxy = await AwsProxy.start(
      { roleOf: key => iam.ownerOf(key)?.role, refusalOf: (role, need) => iam.refusalOf(role, need) },
      { dynamoDbUrl: items.url, s3Url: objects.url, partitionKeys: partitionKeysOf(tables), place },
    );
    const functions = functionsOf(resolver, codeOf);
    const log: string[] = [];
    const lambda = new Lambda(
      {
        awsUrl: proxy.url,
        place,
        assume: role => iam.assume(role, "lambda.amazonaws.com", {}),
        log: (definition, logStream, line) => {
          log.push(line);
          proxy.problems.push(...logRefusals(iam, place, definition, logStream));
        },
      },
      functions,
    );
    const api = await HttpApi.start(
      {
        place,
        ownerOf: key => iam.ownerOf(key),
        refusalOf: (role, asked) => iam.refusalOf(role, asked),
        refusalOfApi: asked => iam.refusalOfService("apigateway.amazonaws.com", asked),
        invoke: (arn, event) => lambda.invoke(arn, event),
        keyOf,
        onProblem: problem => proxy.problems.push(problem),
      },
      apiOf(resolver),
    );
    const closers = [api, lambda, proxy, items, objects].map(each => () => each.close());
    const dynamoDb = { url: items.url, tables: tables.map(({ name }) => name) };
    const s3 = { url: objects.url, buckets };
    return new Deployment({
      ...{ resolver, iam, proxy, lambda, api, functions, log, place },
      ...{ dynamoDb, s3, closers },
    });
  }

  private constructor(parts: {
    readonly resolver: Resolver;
    readonly iam: Iam;
    readonly proxy: AwsProxy;
    readonly lambda: Lambda;
    readonly api: HttpApi;
    readonly functions: readonly FunctionDefinition[];
    readonly log: string[];
    readonly place: Place;
    readonly dynamoDb: Deployment["dynamoDb"];
    readonly s3: Deployment["s3"];
    readonly closers: readonly (() => Promise<void>)[];
  }) {
    this.url = parts.api.url;
    this.awsUrl = parts.proxy.url;
    this.functions = parts.functions;
    this.log = parts.log;
    this.dynamoDb = parts.dynamoDb;
    this.s3 = parts.s3;
    this.domainName = apiOf(parts.resolver).domainName;
    this.#resolver = parts.resolver;
    this.#iam = parts.iam;
    this.#proxy = parts.proxy;
    this.#lambda = parts.lambda;
    this.#place = parts.place;
    this.#schedules = schedulesOf(parts.resolver);
    this.#closers = parts.closers;
  }

  /** What went against the policies, and what nobody expected. Empty when all is well. */
  get problems(): readonly string[] {
    return this.#proxy.problems;
  }

  /** Every call to AWS: by function and name, how many, with what statuses. */
  get calls() {
    return this.#proxy.calls;
  }

  /** How many processes were started. */
  get processes(): number {
    return this.#lambda.processes;
  }

  /** What a role of the template shows when it calls. */
  credentialsOf(stack: string, id: string): Credentials {
    return this.#iam.credentialsOf(this.roleArnOf(stack, id));
  }

  /** The ARN of a role of the template. */
  roleArnOf(stack: string, id: string): string {
    return this.#resolver.identityOf(stack, id).attributes["Arn"] ?? "";
  }

  /** Permissions of a worker's role, and whether a call needed them. */
  usageOf({ role }: Worker) {
    return this.#iam.usageOf(role);
  }

  /** Loses the answer of a call to AWS. */
  cutNext(cut: Cut): void {
    this.#proxy.cutNext(cut);
  }

  /** The next event of every function meets a cold start. */
  cool(): Promise<void> {
    return this.#lambda.cool();
  }

  /** Does what every schedule does when its time comes. Throws when its role may not. */
  async tick(): Promise<readonly Invoked[]> {
    const results: Invoked[] = [];
    for (const { role, groupArn, functionArn, input } of this.#schedules) {
      const { account } = this.#place;
      this.#iam.assume(role, "scheduler.amazonaws.com", {
        "aws:sourceaccount": [account],
        "aws:sourcearn": [groupArn],
      });
      const asked = { action: "lambda:InvokeFunction", resource: functionArn, context: {} };
      const refusal = this.#iam.refusalOf(role, asked);
      if (refusal !== undefined) throw new Error(refusal);
      results.push(await this.#lambda.invoke(functionArn, JSON.parse(input)));
    }
    return results;
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
  }
}

/** Lambda writes the lines of a function with the function's role. */
function logRefusals(
  iam: Iam,
  { region, account }: Place,
  { role, logGroup }: FunctionDefinition,
  logStream: string,
): readonly string[] {
  const resource = `arn:aws:logs:${region}:${account}:log-group:${logGroup}:log-stream:${logStream}`;
  return ["logs:CreateLogStream", "logs:PutLogEvents"].flatMap(
    action => iam.refusalOf(role, { action, resource, context: {} }) ?? [],
  );
}

async function makeTable({ url }: Emulator, table: TableDefinition, { region }: Place): Promise<void> {
  const client = new DynamoDBClient({ endpoint: url, region, credentials: emulatorCredentials });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table.name,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [...table.keySchema],
        AttributeDefinitions: [...table.attributes],
      }),
    );
    await poll(`table ${table.name}`, tableMsMax, async () => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: table.name }));
      return Table?.TableStatus === "ACTIVE" ? true : undefined;
    });
  } finally {
    client.destroy();
  }
}

function partitionKeysOf(tables: readonly TableDefinition[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    tables.map(({ name, keySchema }) => [
      name,
      keySchema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName ?? "",
    ]),
  );
}
