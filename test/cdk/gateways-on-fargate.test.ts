/** The example of docs/DEPLOY.md: what it makes, and that its servers would start. */
import { Stack } from "aws-cdk-lib";
import { type IVpc, SecurityGroup, Vpc } from "aws-cdk-lib/aws-ec2";
import { Cluster, ContainerImage, type ICluster } from "aws-cdk-lib/aws-ecs";
import { beforeAll, describe, expect, it } from "vitest";
import { Cumulog } from "../../cdk/index.ts";
import { loadConfig } from "../../lib/app/index.ts";
import { addGateways } from "./examples/gateways.ts";
import { inWords, statementsOf } from "./policies.ts";
import { anApp, code, type Synthesized, synthesized } from "./synthesize.ts";

type Container = {
  readonly Command: readonly string[];
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
};

let made: Synthesized;

beforeAll(() => {
  const app = anApp();
  const stack = new Stack(app, "Mine");
  // Each is one, but says of some properties "or undefined" where its interface says "or absent".
  const vpc = new Vpc(stack, "Vpc") as IVpc;
  const cluster = new Cluster(stack, "Cluster", { vpc });
  cluster.addDefaultCloudMapNamespace({ name: "log.internal" });
  addGateways(stack, new Cumulog(stack, "Log", { code }), {
    cluster: cluster as ICluster,
    clients: new SecurityGroup(stack, "Clients", { vpc }),
    image: ContainerImage.fromRegistry("registry.example/cumulog"),
  });
  made = synthesized(app);
});

describe("gateways on Fargate", () => {
  it("have a role that may work on the log, and nothing else", () => {
    const [role] = made.resources("AWS::IAM::Role").filter(({ id }) => id.startsWith("GatewayTaskRole"));
    const words = role && statementsOf(role, made).map(inWords);
    expect(words).toContain("dynamodb:DeleteItem G#* I#* N T on Table");
    expect(
      words?.filter(
        word => !/^(dynamodb:.* on Table|s3:.* on Bucket(\/ingest\/\*)?(, Bucket\/topics\/\*)?)$/.test(word),
      ),
    ).toEqual([]);
  });

  it("are told settings that a server takes", () => {
    const [task] = made.resources("AWS::ECS::TaskDefinition");
    const [container] = (task?.Properties["ContainerDefinitions"] ?? []) as readonly Container[];
    const environment = Object.fromEntries(
      container?.Environment.map(({ Name, Value }) => [Name, JSON.stringify(Value)]) ?? [],
    );
    environment["CUMULOG_BACKEND"] &&= JSON.parse(environment["CUMULOG_BACKEND"]);
    environment["CUMULOG_LOG_FORMAT"] &&= JSON.parse(environment["CUMULOG_LOG_FORMAT"]);
    const [, , command = ""] = container?.Command ?? [];
    const flags = Object.fromEntries(
      [...command.matchAll(/--([a-z-]+) ("[^"]*"|\S+)/g)].map(([, name = "", value]) => [camel(name), value]),
    );
    const config = loadConfig({ flags, environment, readFile: () => "{}" });
    expect(config).toMatchObject({ backend: "aws", host: "0.0.0.0", logFormat: "json" });
    expect(config.table).toContain("LogStorageTable");
    expect(config.bucket).toContain("LogStorageBucket");
    expect(config.advertisedHost).toContain("hostname -i");
  });

  it("are found by a name in the network", () => {
    const services = made.resources("AWS::ServiceDiscovery::Service");
    expect(services.map(({ Properties }) => Properties["Name"])).toEqual(["gateway"]);
    expect(made.resources("AWS::ServiceDiscovery::PrivateDnsNamespace")).toHaveLength(1);
  });

  it("let in whom they were told to, and nobody else", () => {
    expect(
      made.resources("AWS::EC2::SecurityGroupIngress").map(({ Properties }) => Properties),
    ).toMatchObject([
      {
        FromPort: 9092,
        ToPort: 9092,
        SourceSecurityGroupId: { "Fn::GetAtt": [expect.stringMatching(/^Clients/), "GroupId"] },
      },
    ]);
    for (const { Properties } of made.resources("AWS::EC2::SecurityGroup"))
      expect(Properties["SecurityGroupIngress"]).toBeUndefined();
  });
});

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
