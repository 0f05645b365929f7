/**
 * What `cdk deploy` would send, made in this process: the real app with the real bundles.
 */
import assert from "node:assert/strict";
import { type App, Stack as CdkStack } from "aws-cdk-lib";
import { AccountRootPrincipal, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { readContext } from "../../../cdk/config.ts";
import { addDeployment, type Deployment } from "../../../cdk/deployment.ts";
import { Cumulog } from "../../../cdk/index.ts";
import { anApp, code as standIns } from "../synthesize.ts";
import { assetFolder } from "./declared.ts";
import type { Place, Stack } from "./template/index.ts";

/** Where everything is. The region is that of the emulators. */
export const place: Place = { account: "111122223333", region: "us-east-1" };

/** Templates, and where the code of their functions lies. */
export type Synthesis = {
  readonly stacks: readonly Stack[];
  readonly codeOf: (stack: string, assetKey: string) => string;
};

/** Synthesizes the app as context says, with callers of its own. */
export function synthesize(
  context: Readonly<Record<string, unknown>>,
  addCallers: (app: App, deployment: Deployment) => void = () => undefined,
): Synthesis {
  const app = anApp();
  const deployment = addDeployment(app, readContext({ ...place, ...context }));
  addCallers(app, deployment);
  return synthesisOf(app);
}

/** Where the log of a gateway is, and the logical name of its role there. */
export const gateway = { stack: "gateway", role: "Gateway" } as const;

/** A log in a stack of one's own, with a role for a server of Kafka's clients. Its functions are stand-ins. */
export function synthesizeGateway(): Synthesis {
  const app = anApp();
  const stack = new CdkStack(app, gateway.stack, { env: place });
  const log = new Cumulog(stack, "Log", { code: standIns });
  const role = new Role(stack, gateway.role, { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") });
  nameLogically(role, gateway.role);
  log.grantGateway(role);
  return synthesisOf(app);
}

/** The same templates, with a word in the policies of a role replaced. */
export function withoutOf(synthesis: Synthesis, role: string, word: string, other: string): Synthesis {
  const stacks = synthesis.stacks.map(({ name, template }) => {
    const entries = Object.entries(template.Resources).map(([id, resource]) => [
      id,
      id.startsWith(role)
        ? JSON.parse(JSON.stringify(resource).replaceAll(`"${word}"`, `"${other}"`))
        : resource,
    ]);
    return { name, template: { ...template, Resources: Object.fromEntries(entries) } };
  });
  assert.notDeepEqual(stacks, synthesis.stacks, `${role} holds ${word}`);
  return { ...synthesis, stacks };
}

function synthesisOf(app: App): Synthesis {
  const assembly = app.synth();
  return {
    stacks: assembly.stacks.map(({ stackName, template }) => ({ name: stackName, template })),
    codeOf: (_stack, key) => assetFolder(assembly.directory, key),
  };
}

/** Who calls, by the logical name of his role in the stack `callers`. */
export const callers = {
  stack: "callers",
  names: ["Producer", "Consumer", "Administrator", "Everyone", "Nobody"],
} as const;

/** Roles with the grants that a user of the construct makes. Producer and Consumer hold them on one topic. */
export function addCallers(app: App, { api }: Deployment, topic: string): void {
  const stack = new CdkStack(app, callers.stack, { env: place });
  const role = (name: (typeof callers.names)[number]): Role => {
    const made = new Role(stack, name, { assumedBy: new AccountRootPrincipal() });
    nameLogically(made, name);
    return made;
  };
  api.door.grantProduce(role("Producer"), topic);
  api.door.grantConsume(role("Consumer"), topic);
  api.door.grantAdmin(role("Administrator"));
  const everyone = role("Everyone");
  api.door.grantProduce(everyone);
  api.door.grantConsume(everyone);
  api.door.grantAdmin(everyone);
  role("Nobody");
}

/** Callers of a web function, which is granted whole. */
export function addWebCallers(app: App, { api }: Deployment): void {
  const stack = new CdkStack(app, callers.stack, { env: place });
  for (const name of ["Everyone", "Nobody"] as const) {
    const role = new Role(stack, name, { assumedBy: new AccountRootPrincipal() });
    nameLogically(role, name);
    if (name === "Everyone") api.door.grantAdmin(role);
  }
}

/** Its logical name is the plain one, so that tests can name it. */
function nameLogically(role: Role, name: string): void {
  (role.node.defaultChild as { overrideLogicalId(id: string): void } | undefined)?.overrideLogicalId(name);
}
