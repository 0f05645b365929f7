/**
 * Twenty members of one group over three gateways that share one log. They come, leave and are killed, many at once; when it
 * is quiet again, every partition has one owner, and nothing that was appended meanwhile is missing. Members of several
 * clients, all with the assignor that every one of them has.
 */
import { messageOf } from "../../../lib/std/index.ts";
import { type Column, fail, type Outcome, pass } from "../outcomes.ts";
import type { Pass } from "../report.ts";
import { appendByRest, createByRest } from "../rest.ts";
import type { RunningServer } from "../server.ts";
import type { MemberClient } from "./clients.ts";
import { type Gateways, startGateways } from "./gateways.ts";
import { Crew, type Member } from "./member.ts";

const gatewayCount = 3;
const memberCount = 20;
const partitions = 24;
const topic = "crowd";
const each = 10;

/** Runs it. The first client has most of the members. */
export async function runChurn(clients: readonly MemberClient[]): Promise<Pass> {
  const gateways = await startGateways(gatewayCount);
  const outcome: Outcome = await churn(gateways, clients).then(
    () => pass,
    error => fail(messageOf(error).slice(0, 1500)),
  );
  const column: Column = {
    client: "all of them",
    version: "",
    outcomes: new Map([["group-crowd", outcome]]),
  };
  return { title: "three gateways", columns: [column], complaints: await gateways.close() };
}

async function churn({ servers }: Gateways, clients: readonly MemberClient[]): Promise<void> {
  const [first] = servers;
  const [client] = clients;
  if (first === undefined || client === undefined) throw new Error("no gateway, or no client");
  await createByRest(first.url, topic, partitions);
  const crew = new Crew(
    { client },
    {
      bootstrap: first.bootstrap,
      group: "crowd-group",
      topic,
      sessionMs: 10_000,
      heartbeatMs: 1_000,
      strategy: "range",
      protocol: "classic",
      instance: null,
    },
  );
  const join = (i: number): Member => {
    const { bootstrap } = servers[i % servers.length] ?? first;
    // Two of each other client; the rest are of the first.
    return crew.join(`member ${i}`, { bootstrap }, clients[Math.floor(i / 2) + 1] ?? client);
  };
  try {
    const members = Array.from({ length: memberCount }, (_, i) => join(i));
    await balanced(crew);
    const before = await appendByRest(first.url, topic, { partitions, each });
    await readByAll(crew, before);
    for (const member of members.slice(0, 5)) member.kill();
    for (const member of members.slice(5, 10)) member.leave();
    const meanwhile = await appendByRest(first.url, topic, { partitions, each });
    for (let i = 0; i < 10; i++) join(memberCount + i);
    await crew.until("gone", () => members.slice(0, 10).every(member => member.hasEnded));
    await balanced(crew);
    const after = await appendByRest(first.url, topic, { partitions, each });
    await readByAll(crew, [...meanwhile, ...after]);
    await servedByAll(servers);
  } finally {
    await crew.close();
  }
}

/** Waits until the living own every partition once, and every one of them some. */
async function balanced(crew: Crew): Promise<void> {
  await crew.until("every partition is owned once", () => {
    const owned = crew.living.flatMap(member => member.owned);
    const isShared = crew.living.length === memberCount && crew.living.every(({ owned }) => owned.length > 0);
    return isShared && owned.length === partitions && new Set(owned).size === partitions;
  });
}

async function readByAll(crew: Crew, places: readonly string[]): Promise<void> {
  await crew.until("everything is read", () => {
    const read = new Set(crew.members.flatMap(member => member.read));
    return places.every(place => read.has(place));
  });
  const members = crew.living;
  const before = members.map(commitsOf);
  for (const member of members) member.commit();
  await crew.until("committed", () => members.every((member, i) => commitsOf(member) > (before[i] ?? 0)));
}

function commitsOf(member: Member): number {
  return member.events.filter(({ event }) => event === "committed").length;
}

/** Members of the group were on every one of them. */
async function servedByAll(servers: readonly RunningServer[]): Promise<void> {
  for (const { url } of servers) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const beats = Number(/^cumulog_kafka_requests_total\{api="heartbeat"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
    if (beats === 0) throw new Error(`nobody was at ${url}`);
  }
}
