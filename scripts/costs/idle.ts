/**
 * What a deployment costs while nobody calls: the ticks of its maintenance, its alarms, and the metrics that are sent.
 */
import { alarmNames } from "../../cdk/constructs/alarm-list.ts";
import { options } from "../../cdk/options.ts";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { idleShardMs } from "../../lib/app/aws/bounds.ts";
import { noQueue } from "../../lib/app/aws/jobs.ts";
import { functionSettings } from "../../lib/app/aws/settings.ts";
import { makeUpkeepHandler } from "../../lib/app/aws/upkeep.ts";
import type { Engine } from "../../lib/engine/index.ts";
import { type Clock, type Labels, silentTelemetry, type Telemetry } from "../../lib/ports/index.ts";
import { createRestApp, defaultRestOptions } from "../../lib/rest/index.ts";
import { Prng } from "../../test/sim/world/prng.ts";
import { monthSeconds } from "./assumptions.ts";
import { MeteredLog, minus, type Spent } from "./metered-log.ts";

/** Ticks of the maintenance in a month. */
export const ticksPerMonth = monthSeconds / (options.maintenanceMinutes.defaultValue * 60);

/** Alarms, and the metrics that they watch: CloudWatch bills these. */
export const alarms = { count: alarmNames.length, metrics: 12 } as const;

/** Topics of the log whose tick is measured. */
export const tickTopics = 100;

/** Groups of that log, each with an offset and without members: the next tick looks at them again. */
export const tickGroups = 100;

/**
 * What one tick of a warm process reads: of topics, for the list of groups, and of the groups on it. `looks`: more than that in the
 * tick that looks into all shards, though nothing came.
 */
export type MeasuredTick = {
  readonly topics: Spent;
  readonly list: Spent;
  readonly groups: Spent;
  readonly looks: Spent;
};

/** Ticks of a month that look into shards in which nothing came. */
export const looksPerMonth = (monthSeconds * 1000) / idleShardMs;

/** One tick of a warm process. */
export async function measureTick(): Promise<MeasuredTick> {
  const log = new MeteredLog();
  const { engine, items, objects, spent } = log.process();
  for (let i = 0; i < tickTopics; i++) await engine.topics.create({ name: `t${i}`, partitions: 4 });
  const { clock } = log;
  const telemetry = { ...silentTelemetry, ...unbound };
  const tick = makeUpkeepHandler({ engine, items, objects, clock, telemetry, queue: noQueue }, upkeepOptions);
  await tick({}, invocation);
  spent();
  await tick({}, invocation);
  const withoutGroups = spent();
  await clock.advance(idleShardMs);
  await tick({}, invocation);
  const looks = minus(spent(), withoutGroups);
  await engine.groups.expire(() => true);
  const list = spent();
  for (let i = 0; i < tickGroups; i++) await commitAlone(engine, `g${i}`);
  await engine.groups.expire(() => true);
  spent();
  await engine.groups.expire(() => true);
  return { topics: minus(withoutGroups, list), list, groups: minus(spent(), list), looks };
}

/** As Lambda calls the function, with all of its time. */
const invocation = { awsRequestId: "tick", getRemainingTimeInMillis: () => 300_000 };
const upkeepOptions = {
  sweepIntervalMs: functionSettings.sweepIntervalMs.defaultValue,
  jobsFromBytes: functionSettings.jobsFromBytes.defaultValue,
};

/** Commits as someone who is no member, which makes the group. */
async function commitAlone({ groups }: Engine, group: string): Promise<void> {
  const partitions = [{ partition: 0, offset: 1, metadata: "" }];
  const [done] = await groups.offsets.commit(group, { memberId: "", generation: -1 }, [
    { topic: "t0", partitions },
  ]);
  for (const each of done?.partitions ?? []) if (each.kind === "failed") throw each.error;
}

/** How many metrics each function sends when all is well: each is billed for the hours in which it is sent. */
export async function measureMetrics(): Promise<Readonly<Record<FunctionName, number>>> {
  const log = new MeteredLog();
  const names = new MetricNames();
  const { engine, items, objects } = log.process({}, names);
  const { clock } = log;
  const call = callerOf(engine, clock, names);
  await engine.topics.create({ name: "first", partitions: 1 });
  const telemetry = { ...bound(names), ...unbound };
  const tick = makeUpkeepHandler({ engine, items, objects, clock, telemetry, queue: noQueue }, upkeepOptions);
  // The first one sweeps; all others of its day do not.
  await tick({}, invocation);
  names.take();
  await tick({}, invocation);
  const maintenance = names.take();
  const topics = `/v3/clusters/${await engine.clusterId()}/topics`;
  await call("POST", topics, "application/json", { topic_name: "t", partitions_count: 1 });
  const admin = names.take();
  // Of both tiers, and as many as make a roll.
  for (const bytes of [10_000, 10, 10, 10, 10, 10, 10, 10]) {
    const records = [{ value: "x".repeat(bytes), partition: 0 }];
    await call("POST", "/topics/t", "application/vnd.kafka.json.v2+json", { records });
    await engine.settle();
  }
  const produce = names.take();
  await call("GET", "/topics/t/partitions/0/records?offset=0");
  const fetch = names.take();
  return { maintenance, admin, produce, fetch };
}

type FunctionName = "maintenance" | "admin" | "produce" | "fetch";

/** Calls the REST face as a function would; throws when it refuses. */
function callerOf(engine: Engine, clock: Clock, telemetry: Telemetry) {
  const exposition = () => Promise.reject(new Error("nobody asks for metrics"));
  const stopping = new AbortController().signal;
  const parts = { engine, clock, telemetry, random: new Prng("metrics"), codecs: systemCodecs };
  const app = createRestApp({ ...parts, exposition, stopping }, { ...defaultRestOptions, hostCheck: "any" });
  return async (method: string, path: string, type?: string, body?: unknown): Promise<void> => {
    const given = type === undefined ? {} : { headers: { "content-type": type }, body: JSON.stringify(body) };
    const response = await app.request(path, { method, ...given });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  };
}

const unbound = { begin: () => undefined, flush: () => undefined };

function bound(telemetry: Telemetry): Telemetry {
  return {
    log: (...args) => telemetry.log(...args),
    count: (...args) => telemetry.count(...args),
    observe: (...args) => telemetry.observe(...args),
    gauge: (...args) => telemetry.gauge(...args),
  };
}

/** Remembers the names under which numbers would be sent; two labels become part of the name (lib/adapters/lambda). */
class MetricNames implements Telemetry {
  readonly #names = new Set<string>();

  /** How many since the last time, and one for cold starts. */
  take(): number {
    const count = this.#names.size + 1;
    this.#names.clear();
    return count;
  }

  log(): void {}

  count(name: string, _value?: number, labels?: Labels): void {
    this.#add(name, labels);
  }

  observe(name: string, _value: number, labels?: Labels): void {
    this.#add(name, labels);
  }

  gauge(name: string, _value: number, labels?: Labels): void {
    this.#add(name, labels);
  }

  #add(name: string, { tier, result }: Labels = {}): void {
    this.#names.add([name, tier, result].filter(part => part !== undefined).join("_"));
  }
}
