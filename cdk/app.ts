/**
 * The app that `cdk` runs (cdk.json): the whole log in stacks of its own, configured by `-c name=value`. A finding of
 * cdk-nag fails the synthesis.
 */
import { App } from "aws-cdk-lib";
import { InvalidConfiguration } from "../lib/app/index.ts";
import { readContext } from "./config.ts";
import { addDeployment } from "./deployment.ts";
import { addChecks } from "./nag.ts";

const app = new App();
try {
  const config = readContext({ ...defaultPlace(), ...app.node.getAllContext() });
  addDeployment(app, config);
  addChecks(app);
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidConfiguration)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Where the toolkit's credentials lead. Without any it names a region all the same, which means nothing. */
function defaultPlace(): Readonly<Record<string, string>> {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return account && region ? { account, region } : {};
}
