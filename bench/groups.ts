/**
 * Consumer groups: how long a rebalance takes whose members sit on two processes over one data directory, how long until many
 * members that come at once are all in one generation, in both protocols, and how long it takes to hear where a group of
 * many partitions goes on.
 */
import {
  type ConsumerHeartbeatAnswer,
  defaultEngineOptions,
  Engine,
  type EngineDeps,
  type JoinAnswer,
} from "../lib/engine/index.ts";
import type { TopicPartitions } from "../lib/format/items/index.ts";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { figure, type Report, type Row, shown } from "./report.ts";
import { median } from "./statistics.ts";
import { openStores } from "./stores.ts";

const second = 1000;

export const groups: Benchmark = { name: "groups", run };

type Case = {
  readonly title: string;
  readonly goalMs: number;
  /** One measurement, ms, in a log of its own. */
  readonly measure: (engines: readonly [Engine, Engine]) => Promise<number>;
};

async function run(settings: BenchSettings): Promise<Report> {
  const rows: Row[] = [];
  const goals: Report["goals"][number][] = [];
  for (const each of cases(settings.isQuick)) {
    const rounds: number[] = [];
    for (let round = 0; round < settings.rounds; round++) {
      settings.say(`groups: ${each.title}`);
      const name = `groups-${cases(true).length}-${rows.length}-${round}`;
      rounds.push(await inNewLog(settings, name, each.measure));
    }
    rows.push({ title: each.title, figures: [figure("time", "ms", rounds)] });
    goals.push({
      wanted: `${each.title}: under ${each.goalMs / second} s`,
      measured: shown({ rounds: [median(rounds)], unit: "ms" }),
      isReached: median(rounds) < each.goalMs,
    });
  }
  const note =
    "Two processes' engines over one data directory; medians and ranges of rounds, each in a new log.";
  return { benchmark: "groups", note, rows, goals };
}

function cases(isQuick: boolean): readonly Case[] {
  const many = isQuick ? 20 : 500;
  const partitions = isQuick ? 100 : 10_000;
  return [
    {
      title: "rebalance of 3 members over 2 gateways",
      goalMs: second,
      measure: engines => rebalance(engines),
    },
    {
      title: `${many} members join and are stable`,
      goalMs: 15 * second,
      measure: engines => crowd(engines, many),
    },
    {
      title: `${many} members of KIP-848 have their partitions`,
      goalMs: 15 * second,
      measure: engines => consumers(engines, many),
    },
    {
      title: `${partitions} committed partitions are fetched`,
      goalMs: second,
      measure: engines => fetchOffsets(engines[1], partitions),
    },
  ];
}

async function inNewLog(settings: BenchSettings, name: string, measure: Case["measure"]): Promise<number> {
  const stores = await openStores(settings, name);
  const engines = [anEngine(stores.deps), anEngine(stores.deps)] as const;
  try {
    return await measure(engines);
  } finally {
    await Promise.all(engines.map(engine => engine.drain()));
    await stores.close();
  }
}

function anEngine(deps: EngineDeps): Engine {
  return new Engine(deps, defaultEngineOptions);
}

type Member = { readonly engine: Engine; memberId: string; generation: number };

/** From the moment a third member joins until all three have their assignment. */
async function rebalance([here, there]: readonly [Engine, Engine]): Promise<number> {
  const members = [aMember(here), aMember(there), aMember(here)];
  const [first, second, third] = members as [Member, Member, Member];
  await Promise.all([joinAndSync(first), joinAndSync(second)]);
  const startedMs = performance.now();
  await Promise.all([joinAndSync(third), rejoin(first), rejoin(second)]);
  return performance.now() - startedMs;
}

async function crowd(engines: readonly [Engine, Engine], count: number): Promise<number> {
  const members = Array.from({ length: count }, (_, i) => aMember(engines[i % 2] as Engine));
  const startedMs = performance.now();
  await Promise.all(members.map(joinAndSync));
  // Whoever was in an early generation has heard of the later ones by its heartbeats.
  for (;;) {
    const late = members.filter(({ generation }) => generation < newest(members));
    if (late.length === 0) break;
    await Promise.all(late.map(joinAndSync));
  }
  return performance.now() - startedMs;
}

function newest(members: readonly Member[]): number {
  return Math.max(...members.map(({ generation }) => generation));
}

function aMember(engine: Engine): Member {
  return { engine, memberId: "", generation: -1 };
}

/** As a client does: join, be told an id, join with it, sync; again while told to. */
async function joinAndSync(member: Member): Promise<void> {
  const { signal } = new AbortController();
  for (;;) {
    const joined = await member.engine.groups.join({
      group: "bench",
      memberId: member.memberId,
      clientId: "bench",
      host: "127.0.0.1",
      sessionMs: 45 * second,
      rebalanceMs: 60 * second,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: new Uint8Array(100) }],
      mustKnowId: true,
      signal,
    });
    member.memberId = joined.memberId;
    if (joined.kind === "joined" && (await synced(member, joined))) return;
  }
}

async function synced(
  member: Member,
  joined: Extract<JoinAnswer, { readonly kind: "joined" }>,
): Promise<boolean> {
  const assignments = new Map(joined.members.map(({ memberId }) => [memberId, new Uint8Array(50)]));
  const { signal } = new AbortController();
  const { generation } = joined;
  try {
    await member.engine.groups.sync({
      group: "bench",
      memberId: member.memberId,
      generation,
      assignments,
      signal,
    });
    member.generation = generation;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "RebalanceInProgress") return false;
    throw error;
  }
}

/** Beats until it hears that it has to join. */
async function rejoin(member: Member): Promise<void> {
  const { memberId, generation, engine } = member;
  for (;;)
    try {
      await engine.groups.heartbeat({ group: "bench", memberId, generation });
    } catch (error) {
      if (error instanceof Error && error.name === "RebalanceInProgress") return joinAndSync(member);
      throw error;
    }
}

async function consumers(engines: readonly [Engine, Engine], count: number): Promise<number> {
  await engines[0].topics.create({ name: "bench", partitions: 2 * count });
  const members = Array.from({ length: count }, (_, i) => ({
    engine: engines[i % 2] as Engine,
    memberId: `m${i}`,
    epoch: 0,
    owned: new Map() as TopicPartitions,
  }));
  const startedMs = performance.now();
  const beat = async (member: (typeof members)[number]): Promise<void> => {
    const { engine, memberId, epoch, owned } = member;
    const answer: ConsumerHeartbeatAnswer = await engine.groups.consumerHeartbeat({
      group: "consumers",
      memberId,
      epoch,
      owned,
      clientId: "bench",
      host: "127.0.0.1",
      ...(epoch === 0 && { names: ["bench"] }),
    });
    member.epoch = answer.epoch;
    if (answer.assignment) member.owned = answer.assignment;
  };
  do await Promise.all(members.map(beat));
  while ((await engines[0].groups.describeConsumers("consumers")).isReconciling);
  return performance.now() - startedMs;
}

async function fetchOffsets(engine: Engine, partitions: number): Promise<number> {
  await engine.topics.create({ name: "bench", partitions });
  const all = Array.from({ length: partitions }, (_, partition) => ({ partition, offset: partition }));
  await engine.groups.offsets.commit("bench", { memberId: "", generation: -1 }, [
    { topic: "bench", partitions: all },
  ]);
  const startedMs = performance.now();
  await engine.groups.offsets.fetch("bench", "all", { stamps: true });
  return performance.now() - startedMs;
}
