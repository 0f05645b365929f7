/**
 * The smoke against a log that is deployed already: in an account, or at whatever speaks as AWS does. Everything comes from
 * the environment (docs/LOCALSTACK.md); credentials and region are found as the SDK finds them.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Call, type CallerOptions, signedCaller } from "./caller.ts";
import type { Phases } from "./phases.ts";
import { runSmoke } from "./run-smoke.ts";
import { groupTopicsOf } from "./smoke/index.ts";

/** What the environment says of a deployment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs the smoke against CUMULOG_E2E_URL. */
export async function runDeployed(phases: Phases, environment: Environment): Promise<void> {
  const caller = await callerOptionsOf(environment);
  process.stdout.write(`${caller.url}, signed for ${caller.service} in ${caller.region}\n`);
  const call = signedCaller(caller);
  const topic = `cumulog-smoke-${randomUUID()}`;
  const isOpen = environment["CUMULOG_E2E_OPEN"] === "1";
  try {
    await runSmoke(phases, { call, topic, bodyBytesMax: 4 * 1024 * 1024, isOpen });
  } catch (error) {
    for (const name of [topic, ...groupTopicsOf(topic)]) await removeTopic(call, name).catch(() => undefined);
    throw error;
  }
}

/** A smoke that failed leaves its topics in somebody's account. */
async function removeTopic(call: Call, topic: string): Promise<void> {
  const { body } = await call("GET", "/v3/clusters");
  const { data } = JSON.parse(body.toString("utf8"));
  await call("DELETE", `/v3/clusters/${data[0].cluster_id}/topics/${topic}`);
}

async function callerOptionsOf(environment: Environment): Promise<CallerOptions> {
  const url = environment["CUMULOG_E2E_URL"] ?? "";
  assert.ok(URL.canParse(url), `CUMULOG_E2E_URL ${JSON.stringify(url)} is no URL`);
  // The client of the SDK finds both, wherever they are configured; it is not used for anything else.
  const { config } = new DynamoDBClient({});
  return {
    url: new URL(url).origin,
    region: await config.region(),
    service: environment["CUMULOG_E2E_SERVICE"] ?? "execute-api",
    credentials: () => config.credentials(),
  };
}
