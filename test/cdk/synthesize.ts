/**
 * The stacks of a deployment as templates, made in this process from stand-ins for the bundled functions.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { readContext } from "../../cdk/config.ts";
import { addDeployment } from "../../cdk/deployment.ts";

const root = join(import.meta.dirname, "..", "..");

/** Where stand-ins for the bundles are. */
export const code = join(root, "test", "fixtures", "lambdas");

/** A resource of a template. */
export type Resource = {
  readonly id: string;
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
};

/** Parts of a deployment. */
export const parts = ["data", "api", "maintenance", "observability"] as const;
export type Part = (typeof parts)[number];

/** A synthesized app. */
export type Synthesized = {
  readonly app: App;
  /** Resources of a type, of the stacks whose names end so. */
  readonly resources: (type: string, part?: Part) => readonly Resource[];
};

/** An app with the toolkit's settings of cdk.json, which writes to a folder of its own. */
export function anApp(): App {
  const { context } = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
  return new App({ context, outdir: mkdtempSync(join(tmpdir(), "cumulog-cdk-")) });
}

/** What `cdk synth -c name=value ...` makes. */
export function synthesize(context: Readonly<Record<string, unknown>> = {}): Synthesized {
  const app = anApp();
  addDeployment(app, readContext({ code, ...context }));
  return synthesized(app);
}

/** What an app makes. Throws when one of its checks finds something. */
export function synthesized(app: App): Synthesized {
  const stacks = app.synth().stacks.map(({ stackName, template }) => ({
    stackName,
    resources: Object.entries<Omit<Resource, "id">>(template.Resources).map(([id, resource]) => ({
      id,
      ...resource,
    })),
  }));
  const resources = (type: string, part: Part | "" = ""): readonly Resource[] =>
    stacks
      .filter(({ stackName }) => stackName.endsWith(part))
      .flatMap(stack => stack.resources)
      .filter(resource => resource.Type === type);
  return { app, resources };
}
