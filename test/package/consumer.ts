/**
 * Somebody's own project that depends on the package: an empty one, into which the tarball is installed.
 */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { succeed } from "./processes.ts";

const modules = join(import.meta.dirname, "..", "..", "node_modules");

/** Makes the project and installs the tarball; its dependencies come from the registry, or from npm's cache. */
export async function makeConsumer(folder: string, tarball: string): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }\n');
  // No install script may run: the package must do without.
  const npm = ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", tarball];
  await succeed("npm", npm, { cwd: folder });
}

/** Whether a library is installed there. */
export function has(folder: string, library: string): boolean {
  return existsSync(join(folder, "node_modules", library));
}

/** Puts libraries of ours there, as if they had been installed: large ones that the registry need not send again. */
export function lend(folder: string, libraries: readonly string[]): void {
  for (const library of libraries) {
    const link = join(folder, "node_modules", library);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(modules, library), link, "junction");
  }
}

/** An app of the CDK in plain JavaScript; it prints the types of resources that it makes. */
export const cdkApp = `
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Cumulog } from "cumulog/cdk";

const stack = new Stack(new App(), "Orders");
const log = new Cumulog(stack, "Log", { stage: "test" });
if (typeof log.url !== "string") throw new Error("the log has no URL");
const { Resources } = Template.fromStack(stack).toJSON();
const counts = Object.groupBy(Object.values(Resources), ({ Type }) => Type);
console.log(JSON.stringify(Object.fromEntries(Object.entries(counts).map(([type, all]) => [type, all.length]))));
`;

/** The same in TypeScript, with grants and every entry of the package: it only has to fit the types. */
export const typedApp = `
import { App, Stack } from "aws-cdk-lib";
import { AccountPrincipal } from "aws-cdk-lib/aws-iam";
import { configOf, type RunningService, serve } from "cumulog";
import { Cumulog, type DeploymentProps } from "cumulog/cdk";

const props: DeploymentProps = { stage: "test", restoreWindowDays: 14 };
const log = new Cumulog(new Stack(new App(), "Orders"), "Log", props);
log.grantProduce(new AccountPrincipal("123456789012"), "orders").assertSuccess();
const name: string = log.table.tableName;

// @ts-expect-error Misspelt: there is no such prop.
new Cumulog(new Stack(new App(), "Wrong"), "Log", { restoreWindow: 14 });

export async function started(): Promise<RunningService> {
  return serve(configOf({ memory: true, httpPort: 0 }));
}
export { name };
`;

/** The log in a process of one's own. */
export const embeddedApp = `
import { configOf, serve } from "cumulog";

const service = await serve(configOf({ memory: true, httpPort: 0, kafkaPort: 0, logLevel: "silent" }));
const answer = await fetch(new URL("/v3/clusters", service.addresses[0]));
console.log(answer.status);
await service.stop();
`;
