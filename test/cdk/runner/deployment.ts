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
  mappingsOf,
  queuesOf,
  type ScheduleDefinition,
  schedulesOf,
  type TableDefinition,
  tablesOf,
  type WebDefinition,
  webFunctionOf,
} from "./declared.ts";
import { HttpApi, WebEndpoint } from "./front-door/index.ts";
import {
  type Credentials,
  environmentOf,
  type FunctionDefinition,
  type Invoked,
  Lambda,
  startWebProcess,
} from "./functions/index.ts";
import { type Asked, Iam } from "./iam.ts";
import { deliver, type MappingDefinition, Queues } from "./queues/index.ts";
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
  /** What every function is told beside what the templates say: no test can wait for a day. */
  readonly variables?: Readonly<Record<string, string>>;
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
  /** Messages, and to whom they go. */
  readonly queues: Queues;
  readonly mappings: readonly MappingDefinition[];
  /** What functions wrote, in order. */
  readonly log: string[] = [];
  readonly #iam: Iam;
  readonly #resolver: Resolver;
  readonly #proxy: AwsProxy;
  readonly #lambda: Lambda;
  readonly #place: Place;
  readonly #schedules: readonly ScheduleDefinition[];
  readonly #cool: () => Promise<void>;
  readonly #closers: readonly (() => Promise<void>)[];

  /** Starts everything that the templates declare. */
  static async start({
    stacks,
    place,
    codeOf,
    keyOf = () => undefined,
    variables = {},
  }: DeploymentPlan): Promise<Deployment> {
    const resolver = new Resolver(stacks, place);
    const iam = new Iam(resolver);
    const tables = tablesOf(resolver);
    const items = await startDynalite();
    const objects = await S3Server.start({ region: place.region });
    for (const table of tables) await makeTable(items, table, place);
    const buckets = bucketsOf(resolver);
    for (const bucket of buckets) await createBucket(objects.url, bucket);
    const queues = new Queues(queuesOf(resolver));
    const proxy = await AwsProxy.start(
      { roleOf: key => iam.ownerOf(key)?.role, refusalOf: (role, need) => iam.refusalOf(role, need) },
      { dynamoDbUrl: items.url, s3Url: objects.url, partitionKeys: partitionKeysOf(tables), queues, place },
    );
    const functions = functionsOf(resolver, codeOf).map(each => ({
      ...each,
      variables: { ...each.variables, ...variables },
    }));
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
    const callers = {
      place,
      ownerOf: (key: string) => iam.ownerOf(key),
      refusalOf: (role: string, asked: Asked) => iam.refusalOf(role, asked),
      onProblem: (problem: string) => void proxy.problems.push(problem),
    };
    const web = webFunctionOf(resolver, codeOf);
    const startProcess = async () => web && startWeb(web, { iam, proxy, place, log });
    let process = await startProcess();
    const refusalOfApi = (asked: Asked) => iam.refusalOfService("apigateway.amazonaws.com", asked);
    const invoke = (arn: string, event: object) => lambda.invoke(arn, event);
    const door =
      web && process
        ? await WebEndpoint.start({ ...callers, processUrl: () => process?.url ?? "" }, web.endpointArn)
        : await HttpApi.start({ ...callers, refusalOfApi, invoke, keyOf }, apiOf(resolver));
    const workers = { close: async () => process?.close() };
    const cool = async (): Promise<void> => {
      await lambda.cool();
      await workers.close();
      process = await startProcess();
    };
    const closers = [door, workers, lambda, proxy, items, objects].map(each => async () => each.close());
    const { domainName } = web ?? apiOf(resolver);
    const dynamoDb = { url: items.url, tables: tables.map(({ name }) => name) };
    const s3 = { url: objects.url, buckets };
    return new Deployment({
      ...{ resolver, iam, proxy, queues, lambda, log, place, domainName, dynamoDb, s3, cool, closers },
      url: door.url,
      functions: web ? [...functions, web] : functions,
    });
  }

  private constructor(parts: {
    readonly resolver: Resolver;
    readonly iam: Iam;
    readonly proxy: AwsProxy;
    readonly queues: Queues;
    readonly lambda: Lambda;
    readonly url: string;
    readonly domainName: string;
    readonly functions: readonly FunctionDefinition[];
    readonly log: string[];
    readonly place: Place;
    readonly dynamoDb: Deployment["dynamoDb"];
    readonly s3: Deployment["s3"];
    readonly cool: () => Promise<void>;
    readonly closers: readonly (() => Promise<void>)[];
  }) {
    this.url = parts.url;
    this.awsUrl = parts.proxy.url;
    this.functions = parts.functions;
    this.log = parts.log;
    this.dynamoDb = parts.dynamoDb;
    this.s3 = parts.s3;
    this.domainName = parts.domainName;
    this.#resolver = parts.resolver;
    this.#iam = parts.iam;
    this.#proxy = parts.proxy;
    this.#lambda = parts.lambda;
    this.#place = parts.place;
    this.#schedules = schedulesOf(parts.resolver);
    this.queues = parts.queues;
    this.mappings = mappingsOf(parts.resolver, parts.place);
    this.#cool = parts.cool;
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
    return this.#cool();
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

  /**
   * Gives functions the messages of their queues, one batch after another, until none is left or it has been enough. Throws when a
   * function's role may not take them.
   */
  async work(batchesMax = 100): Promise<readonly Invoked[]> {
    const results: Invoked[] = [];
    for (const mapping of this.mappings) {
      this.#checkMapping(mapping);
      for (let batch = 0; batch < batchesMax; batch++) {
        const invoked = await deliver(this.queues, mapping, event =>
          this.#lambda.invoke(mapping.functionArn, event),
        );
        if (invoked === undefined) break;
        results.push(invoked);
      }
    }
    return results;
  }

  /** Lambda takes and deletes messages with the role of the function. */
  #checkMapping({ functionArn, queueArn }: MappingDefinition): void {
    const role = this.functions.find(({ arn }) => arn === functionArn)?.role ?? "";
    for (const action of ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]) {
      const context = { "aws:securetransport": ["true"] };
      const refusal = this.#iam.refusalOf(role, { action, resource: queueArn, context });
      if (refusal !== undefined) throw new Error(refusal);
    }
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
  }
}

/** Starts the process of a web function with its role, as Lambda does. */
function startWeb(
  web: WebDefinition,
  { iam, proxy, place, log }: { iam: Iam; proxy: AwsProxy; place: Place; log: string[] },
) {
  const logStream = "2026/01/01/[$LATEST]web";
  const credentials = iam.assume(web.role, "lambda.amazonaws.com", {});
  return startWebProcess({
    folder: web.folder,
    entryPoint: web.entryPoint,
    environment: environmentOf(web, { credentials, awsUrl: proxy.url, logStream, place }),
    onLine: line => {
      log.push(line);
      proxy.problems.push(...logRefusals(iam, place, web, logStream));
    },
  });
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
