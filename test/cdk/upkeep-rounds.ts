/**
 * A log that is written to and looked after in turn, past its grace and its restore window, so that the maintenance does all that it
 * ever does: compacts, merges, compacts by key, applies retention, purges and sweeps.
 */
import assert from "node:assert/strict";
import type { UpkeepReport } from "../../lib/app/aws/index.ts";
import { asJson, type SmokeLog } from "../e2e/smoke/index.ts";
import type { Deployment } from "./runner/deployment.ts";

/** Topics: one that is merged, one that is compacted by key, one that keeps nothing, one that is deleted; and one of large records. */
export const tended = {
  merged: "merged",
  byKey: "by-key",
  brief: "brief",
  purged: "purged",
  large: "large",
} as const;

/** As many objects as one merge takes. */
const rounds = 8;
/** As many commits as make a roll, so that there is a page to compact. */
const appendsPerRound = 8;

/** What the maintenance answers with, once. Throws when it fails. */
export async function tickOnce(deployment: Deployment): Promise<UpkeepReport> {
  const [result] = await deployment.tick();
  assert.equal(result?.kind, "result", JSON.stringify(result));
  return JSON.parse(result.payload);
}

/** Makes the topics, appends and ticks in turn. Answers with the values of the topic `merged`, in order. */
export async function keepBusy(
  log: SmokeLog,
  tick: () => Promise<UpkeepReport>,
): Promise<{ readonly values: readonly string[]; readonly reports: readonly UpkeepReport[] }> {
  await makeTopics(log);
  const values: string[] = [];
  const reports: UpkeepReport[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < appendsPerRound; at++) {
      // Of both tiers.
      const value = `${round} ${at} ${"x".repeat(at === 3 ? 6_000 : 10)}`;
      values.push(value);
      await append(log, tended.merged, value);
      if (round < 2)
        for (const topic of [tended.byKey, tended.brief, tended.purged]) await append(log, topic, value);
    }
    reports.push(await tick());
  }
  await log.expect(204, "DELETE", await log.v3(`/topics/${tended.purged}`));
  // The floor is raised past the deletion, and what the merge left goes; then the purge, and marks that have decided.
  for (let more = 0; more < 3; more++) reports.push(await tick());
  return { values, reports };
}

/** Appends what becomes an object too large for one request. Answers with how many records. */
export async function appendMuch(log: SmokeLog): Promise<number> {
  const configs = [{ name: "max.message.bytes", value: "3000000" }];
  const asked = { topic_name: tended.large, partitions_count: 1, configs };
  await log.json(201, "POST", await log.v3("/topics"), asJson(asked));
  for (let at = 0; at < appendsPerRound; at++)
    await append(log, tended.large, `${at}${"y".repeat(2_500_000)}`);
  return appendsPerRound;
}

/** The values of a topic's only partition, from the beginning. */
export async function valuesOf(log: SmokeLog, topic: string): Promise<readonly string[]> {
  const path = `/topics/${topic}/partitions/0/records?format=string&offset=0`;
  const { records } = await log.json(200, "GET", path);
  return (records as readonly { readonly value: string }[]).map(({ value }) => value);
}

async function makeTopics(log: SmokeLog): Promise<void> {
  const configs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    [tended.byKey]: { "cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0" },
    [tended.brief]: { "retention.ms": "1" },
  };
  for (const topic_name of [tended.merged, tended.byKey, tended.brief, tended.purged]) {
    const given = Object.entries(configs[topic_name] ?? {}).map(([name, value]) => ({ name, value }));
    const asked = { topic_name, partitions_count: 1, configs: given };
    await log.json(201, "POST", await log.v3("/topics"), asJson(asked));
  }
}

async function append(log: SmokeLog, topic: string, value: string): Promise<void> {
  const record = {
    partition_id: 0,
    key: { type: "STRING", data: "always the same" },
    value: { type: "STRING", data: value },
  };
  await log.json(200, "POST", await log.v3(`/topics/${topic}/records`), asJson(record));
}
