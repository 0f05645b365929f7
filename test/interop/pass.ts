/**
 * One pass: a fresh server, REST writes its topic, every client does its features one after the other, everyone reads what
 * the others wrote, and REST reads everything.
 */
import type { Client, Program } from "./clients.ts";
import { compactedTopic, writeCompacted } from "./compacted.ts";
import {
  areTransactionsServed,
  codecs,
  type Feature,
  features,
  type GroupFeature,
  ownFeatures,
  specialFeatures,
} from "./features.ts";
import { type Fixture, fixture } from "./fixture.ts";
import { type GroupClient, runGroupTrials } from "./groups/run.ts";
import { type Column, fail, notRun, notYet, type Outcome, pass } from "./outcomes.ts";
import { runProgram } from "./program.ts";
import type { Pass } from "./report.ts";
import { linesByRest, writeByRest } from "./rest.ts";
import { type Place, type RunningServer, startServer } from "./server.ts";

/** A client that is there. */
export type ReadyClient = { readonly client: Client; readonly program: Program };

/** Most of a trial is waiting for what others do. */
const groupTrialsAtOnce = 4;
const restTopic = "written-by-rest";
const main = (Object.keys(features) as Feature[]).filter(
  feature => feature !== "cross" && !specialFeatures.includes(feature) && !ownFeatures.includes(feature),
);
/** Each leaves a topic of its name with the records of the fixture. */
const leaving: readonly Feature[] = [
  ...codecs.map(codec => `produce-${codec}` as const),
  "idempotent",
  "acks-0",
  "acks-1",
  "acks-all",
];

/** Runs the clients against a server of their own. */
export async function runPass(
  place: Place,
  ready: readonly ReadyClient[],
  { groupTrials }: { readonly groupTrials: readonly GroupFeature[] },
): Promise<Pass> {
  const server = await startServer(place);
  const records = fixture();
  await writeByRest(server.url, restTopic, records);
  const compacted = await writeCompacted(server.url, records);
  const columns: { client: Client; program: Program; outcomes: Map<Feature, Outcome> }[] = [];
  for (const { client, program } of ready.filter(each => each.client.places?.includes(place) ?? true)) {
    process.stderr.write(`${place}: ${client.name} ...\n`);
    const own = client.features ?? [...main, ...(client.moreFeatures ?? [])];
    const job = { prefix: prefixOf(client), features: own, topics: [], fixture: records };
    const outcomes = await runProgram(program, { ...job, bootstrap: server.bootstrap });
    columns.push({ client, program, outcomes });
    if (client.features !== undefined) continue;
    if (client.writesText)
      outcomes.set("rest-reads", notRun("it writes lines of text, which it reads itself"));
    else outcomes.set("rest-reads", await restReads(server, client, outcomes, records));
  }
  const written = columns.flatMap(({ client, outcomes }) => topicsOf(client, outcomes));
  for (const { client, program, outcomes } of columns) {
    if (client.features !== undefined) continue;
    const topics = [{ name: restTopic }, ...written.filter(({ codec }) => client.reads.includes(codec))];
    const job = { prefix: prefixOf(client), features: ["cross"] as const, topics, fixture: records };
    const crossed = await runProgram(program, { ...job, bootstrap: server.bootstrap });
    outcomes.set("cross", crossed.get("cross") ?? fail("no answer"));
    // The same program reads another topic, of which less is left than was written.
    const gaps = { ...job, topics: [{ name: compactedTopic }], fixture: compacted };
    const read = await runProgram(program, { ...gaps, bootstrap: server.bootstrap });
    outcomes.set("compacted", read.get("cross") ?? fail("no answer"));
    const served = areTransactionsServed();
    outcomes.set("transactions", served ? fail("served, and not tried here") : notYet("not served"));
  }
  await runGroupTrials(server, columns.flatMap(toGroupClient), {
    features: groupTrials,
    atOnce: groupTrialsAtOnce,
  });
  return { title: place, columns: columns.map(toColumn), complaints: await server.close() };
}

/** Stands for a client that could not be run. */
export function absentColumn(client: Client, why: string, isFault: boolean): Column {
  return {
    client: client.name,
    version: "",
    outcomes: new Map([["create", isFault ? fail(why) : notRun(why)]]),
  };
}

/** A client that can be a member of a group. */
function toGroupClient({
  client,
  program,
  outcomes,
}: ReadyClient & { readonly outcomes: Map<Feature, Outcome> }): GroupClient[] {
  if (client.member === undefined) return [];
  const { abilities = [] } = client;
  return [{ name: prefixOf(client).slice(0, -1), client: client.member(program), abilities, outcomes }];
}

function toColumn({ client, program, outcomes }: ReadyClient & { outcomes: Map<Feature, Outcome> }): Column {
  return { client: client.name, version: program.version, outcomes };
}

function prefixOf(client: Client): string {
  return `${client.name.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-/, "")}-`;
}

function topicsOf(client: Client, outcomes: ReadonlyMap<Feature, Outcome>) {
  if (client.writesText || client.features !== undefined) return [];
  return leaving
    .filter(feature => outcomes.get(feature)?.kind === "pass")
    .map(feature => ({
      name: `${prefixOf(client)}${feature}`,
      codec: codecs.find(codec => feature === `produce-${codec}`) ?? ("none" as const),
    }));
}

/** REST shows everything that the client says it wrote, byte for byte. */
async function restReads(
  { url }: RunningServer,
  client: Client,
  outcomes: ReadonlyMap<Feature, Outcome>,
  { lines: expected }: Fixture,
): Promise<Outcome> {
  const topics = topicsOf(client, outcomes);
  if (topics.length === 0) return fail("it wrote nothing");
  for (const { name } of topics) {
    const lines = await linesByRest(url, name);
    const at = expected.findIndex((line, i) => line !== lines[i]);
    if (at >= 0) return fail(`${name}, record ${at}: ${lines[at]?.slice(0, 100)}`);
    if (lines.length !== expected.length) return fail(`${name}: ${lines.length} records`);
  }
  return pass;
}
