/**
 * The functions as they are deployed, bundled anew into a folder of the test.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { type FunctionName, functionNames } from "../../lib/app/aws/index.ts";
import { bundle } from "../../scripts/bundle/build.ts";

const root = join(import.meta.dirname, "..", "..");

/** Bundles every function that is called with events, or these. Answers with the folder that the CDK wants as `code`. */
export async function bundleFunctions(
  folder: string,
  names: readonly FunctionName[] = functionNames,
): Promise<string> {
  const output = join(folder, "lambdas");
  mkdirSync(output, { recursive: true });
  await Promise.all(names.map(name => bundle(esbuild, { root, output, name })));
  return output;
}
