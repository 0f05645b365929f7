/**
 * A whole life of a deployment on an emulator of AWS, by the real toolkit: bootstrap, deploy, the smoke and the upkeep through
 * the deployed HTTP endpoint, destroy, and a look at what is left.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { UpkeepReport } from "../../lib/app/aws/index.ts";
import { poll } from "../emulators/poll.ts";
import { bundleFunctions } from "./bundles.ts";
import { type Call, signedCaller } from "./caller.ts";
import { type Cloud, startCloud } from "./cloud.ts";
import { allToWorkers, eagerUpkeep } from "./eager-upkeep.ts";
import { leaveHalfMade } from "./half-made.ts";
import { kindsOf, listAll } from "./inventory.ts";
import { findSurprises, knownLimits } from "./known-limits.ts";
import type { Phases } from "./phases.ts";
import { runSmoke } from "./run-smoke.ts";
import { elementsOf, Services } from "./services.ts";
import { Stored } from "./stored.ts";
import { runToolkit } from "./toolkit.ts";
import { runUpkeep } from "./upkeep.ts";

const stage = "e2e";
const prefix = `Cumulog-${stage}-`;
const dataStack = `${prefix}data`;

/** A member that falls silent is gone soon. */
const groupTimes = ["groupConsumerSessionTimeoutMs=6000", "groupConsumerHeartbeatIntervalMs=1000"];

/** A worker starts and has its turn. */
const jobsMsMax = 60_000;

/** How much of what is deployed. The stack that fails is there, and empty. */
const deployedKinds = {
  api: 1,
  bucket: 1,
  function: 6,
  "log group": 7,
  queue: 2,
  role: 7,
  "schedule group": 1,
  stack: 4,
  table: 1,
};

/** Names that CloudFormation gave. */
type Outputs = Readonly<Record<string, string>>;

/** Runs all of it in a folder for whatever is written. Throws EmulatorAbsent where there can be no emulator. */
export async function runEmulated(phases: Phases, folder: string): Promise<void> {
  const cloud = await phases.run("start ministack", () => startCloud(folder));
  try {
    const code = await phases.run("bundle the functions", () => bundleFunctions(folder));
    const run = new Run(cloud, phases, folder);
    await run.synthesize(code);
    await run.deploy();
    await run.smoke();
    await run.upkeep();
    await run.destroy();
  } finally {
    await cloud.close();
  }
}

class Run {
  readonly #cloud: Cloud;
  readonly #phases: Phases;
  readonly #folder: string;
  readonly #assembly: string;
  readonly #services: Services;
  /** What was there before: the bootstrap's. */
  #before: ReadonlySet<string> = new Set();

  constructor(cloud: Cloud, phases: Phases, folder: string) {
    this.#cloud = cloud;
    this.#phases = phases;
    this.#folder = folder;
    this.#assembly = join(folder, "cdk.out");
    this.#services = new Services(cloud);
  }

  async synthesize(code: string): Promise<void> {
    const context = [`stage=${stage}`, `code=${code}`, ...groupTimes].flatMap(each => ["-c", each]);
    await this.#phases.run("cdk synth", () =>
      this.#toolkit("synth", "--quiet", "--output", this.#assembly, ...context),
    );
  }

  async deploy(): Promise<void> {
    const { account, region } = this.#cloud;
    const app = ["--app", this.#assembly];
    await this.#phases.run("cdk bootstrap", () =>
      this.#toolkit("bootstrap", `aws://${account}/${region}`, ...app),
    );
    this.#before = new Set(await listAll(this.#cloud, this.#services));
    await this.#phases.run("cdk deploy --all", async () => {
      const args = ["deploy", "--all", "--require-approval", "never", ...app];
      const { code, output } = await runToolkit(this.#cloud, this.#folder, args);
      assert.deepEqual(findSurprises(code, output, knownLimits), [], output);
    });
    for (const { stack, refusal, reason } of knownLimits)
      process.stdout.write(`     left out: ${prefix}${stack}: ${reason} ("${refusal}")\n`);
    await this.#phases.run("everything that is looked for afterwards is there", async () => {
      assert.deepEqual(kindsOf(await this.#listNew()), deployedKinds);
    });
  }

  async smoke(): Promise<void> {
    const outputs = await this.#outputs();
    const stored = this.#stored(outputs);
    await this.#phases.run("refuses whoever signs and was granted nothing", () =>
      this.#refuseStranger(outputs["Url"] ?? ""),
    );
    await runSmoke(this.#phases, {
      call: this.#call(outputs),
      topic: `smoke-${this.#cloud.account}`,
      bodyBytesMax: 4 * 1024 * 1024,
      backstage: {
        tick: async () => void (await this.#tick(outputs)),
        leaveHalfMade: name => leaveHalfMade(stored.items, name),
      },
    });
    stored.close();
  }

  async upkeep(): Promise<void> {
    const outputs = await this.#outputs();
    const stored = this.#stored(outputs);
    const [maintenance, worker] = [maintenanceOf(outputs), outputs["WorkerFunctionName"] ?? ""];
    const takeBack = await this.#grantBatches(maintenance, outputs["JobsQueueUrl"] ?? "");
    await runUpkeep(this.#phases, {
      call: this.#call(outputs),
      topic: "looked-after",
      stored,
      hasten: async () => {
        await this.#tell(maintenance, { ...eagerUpkeep, ...allToWorkers });
        await this.#tell(worker, eagerUpkeep);
      },
      tick: () => this.#tick(outputs),
      jobsDone: () => this.#jobsDone(outputs["JobsQueueUrl"] ?? ""),
    });
    await takeBack();
    stored.close();
  }

  async destroy(): Promise<void> {
    const app = ["--app", this.#assembly];
    await this.#phases.run("cdk destroy --all: the data is protected", async () => {
      const { code, output } = await runToolkit(this.#cloud, this.#folder, [
        "destroy",
        "--all",
        "--force",
        ...app,
      ]);
      assert.notEqual(code, 0, output);
      assert.match(
        output,
        new RegExp(`${dataStack}.* cannot be deleted while TerminationProtection is enabled`),
      );
    });
    await this.#phases.run("cdk destroy of the data, no longer protected", async () => {
      await this.#services.query("cloudformation", "2010-05-15", {
        Action: "UpdateTerminationProtection",
        StackName: dataStack,
        EnableTerminationProtection: "false",
      });
      await this.#toolkit("destroy", dataStack, "--force", ...app);
    });
    await this.#phases.run("nothing is left but table and bucket", async () => {
      const left = await this.#listNew();
      assert.deepEqual(kindsOf(left), { bucket: 1, table: 1 }, left.join("\n"));
    });
  }

  async #listNew(): Promise<readonly string[]> {
    return (await listAll(this.#cloud, this.#services)).filter(each => !this.#before.has(each));
  }

  async #toolkit(...args: readonly string[]): Promise<void> {
    const { code, output } = await runToolkit(this.#cloud, this.#folder, args);
    assert.equal(code, 0, `cdk ${args.join(" ")}\n${output}`);
  }

  /** Of all stacks together: no two have an output of one name that is asked for. */
  async #outputs(): Promise<Outputs> {
    const xml = await this.#services.query("cloudformation", "2010-05-15", { Action: "DescribeStacks" });
    const keys = elementsOf(xml, "OutputKey");
    const values = elementsOf(xml, "OutputValue");
    return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""]));
  }

  async #tick(outputs: Outputs): Promise<UpkeepReport> {
    const path = `/2015-03-31/functions/${maintenanceOf(outputs)}/invocations`;
    const { headers, body } = await this.#services.rest("lambda", "POST", path, "{}");
    assert.equal(headers["x-amz-function-error"], undefined, body.toString("utf8"));
    return JSON.parse(body.toString("utf8"));
  }

  /**
   * The emulator asks whether a function may `sqs:SendMessageBatch`. There is no such action: a batch needs `sqs:SendMessage`, which the
   * function has, and test/cdk/runner judges it by that. So it is granted here, for a while, past the templates.
   */
  async #grantBatches(functionName: string, queueUrl: string): Promise<() => Promise<void>> {
    const { role } = await this.#configurationOf(functionName);
    const { region, account } = this.#cloud;
    const policy = { RoleName: role.split("/").at(-1) ?? "", PolicyName: "batches" };
    const Resource = `arn:aws:sqs:${region}:${account}:${queueUrl.split("/").at(-1)}`;
    const Statement = [{ Effect: "Allow", Action: "sqs:SendMessageBatch", Resource }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const iam = (parameters: Readonly<Record<string, string>>) =>
      this.#services.query("iam", "2010-05-08", { ...policy, ...parameters });
    await iam({ Action: "PutRolePolicy", PolicyDocument });
    return async () => void (await iam({ Action: "DeleteRolePolicy" }));
  }

  async #configurationOf(functionName: string) {
    const { body } = await this.#services.rest("lambda", "GET", configurationPath(functionName));
    const { Role, Environment } = JSON.parse(body.toString("utf8"));
    return { role: String(Role), variables: Environment.Variables as Readonly<Record<string, string>> };
  }

  /** Gives a function variables beside those that it has. */
  async #tell(name: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const Variables = { ...(await this.#configurationOf(name)).variables, ...variables };
    const body = JSON.stringify({ Environment: { Variables } });
    await this.#services.rest("lambda", "PUT", configurationPath(name), body);
  }

  /** Waits until the queue is empty, and no message of it is at a worker. */
  async #jobsDone(queueUrl: string): Promise<void> {
    await poll(`an end of the jobs in ${queueUrl}`, jobsMsMax, async () => {
      const asked = { Action: "GetQueueAttributes", QueueUrl: queueUrl, "AttributeName.1": "All" };
      const xml = await this.#services.query("sqs", "2012-11-05", asked);
      const [names, values] = [elementsOf(xml, "Name"), elementsOf(xml, "Value")];
      const counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"].map(
        name => values[names.indexOf(name)],
      );
      return counts.every(count => count === "0") ? true : undefined;
    });
  }

  #stored(outputs: Outputs): Stored {
    const names = { table: outputs["TableName"] ?? "", bucket: outputs["BucketName"] ?? "" };
    return new Stored(this.#cloud, names);
  }

  /** Signs as the root of the account. */
  #call(outputs: Outputs): Call {
    const { region, credentials, certificate } = this.#cloud;
    return signedCaller({
      url: outputs["Url"] ?? "",
      region,
      service: "execute-api",
      credentials: async () => credentials,
      certificate: certificate.text,
    });
  }

  /** A user of the account without any policy. */
  async #refuseStranger(url: string): Promise<void> {
    const iam = (parameters: Readonly<Record<string, string>>) =>
      this.#services.query("iam", "2010-05-08", { UserName: "stranger", ...parameters });
    await iam({ Action: "CreateUser" });
    const key = await iam({ Action: "CreateAccessKey" });
    const [accessKeyId = "", secretAccessKey = ""] = [
      ...elementsOf(key, "AccessKeyId"),
      ...elementsOf(key, "SecretAccessKey"),
    ];
    const { region, certificate } = this.#cloud;
    const call: Call = signedCaller({
      url,
      region,
      service: "execute-api",
      credentials: async () => ({ accessKeyId, secretAccessKey }),
      certificate: certificate.text,
    });
    assert.equal((await call("GET", "/topics")).status, 403);
  }
}

function maintenanceOf(outputs: Outputs): string {
  return outputs["MaintenanceFunctionName"] ?? "";
}

function configurationPath(functionName: string): string {
  return `/2015-03-31/functions/${functionName}/configuration`;
}
