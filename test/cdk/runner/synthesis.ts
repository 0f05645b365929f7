/**
 * What `cdk deploy` would send, made in this process: the real app with the real bundles.
 */
import { type App, Stack as CdkStack } from "aws-cdk-lib";
import { AccountRootPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { readContext } from "../../../cdk/config.ts";
import { addDeployment, type Deployment } from "../../../cdk/deployment.ts";
import { anApp } from "../synthesize.ts";
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
    // Its logical name is the plain one, so that tests can name it.
    (made.node.defaultChild as { overrideLogicalId(id: string): void } | undefined)?.overrideLogicalId(name);
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
