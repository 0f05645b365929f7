/**
 * The example of docs/DEPLOY.md as its readers would write it: the tested file without its header, and the package by its
 * name.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const source = join(import.meta.dirname, "..", "test", "cdk", "examples", "gateways.ts");

/** A block of TypeScript in Markdown. */
export function gatewayExample(): string {
  const code = readFileSync(source, "utf8")
    .replace(/^\/\*\*.*\*\/\n/, "")
    .replace(/"[./]+\/cdk\/index\.ts"/, '"cumulog/cdk"');
  return `\`\`\`ts\n${code.trimEnd()}\n\`\`\``;
}
