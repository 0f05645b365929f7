/**
 * The embedded mode, joined: stores in a data directory or in memory, the engine over them, the REST face over that.
 */
import {
  type LogOutput,
  SystemClock,
  SystemRandom,
  SystemTelemetry,
  stderrOutput,
  systemCodecs,
} from "../adapters/system/index.ts";
import type { Engine, EngineOptions } from "../engine/index.ts";
import type { ItemStore, ObjectStore } from "../ports/index.ts";
import type { RestDeps, RestOptions } from "../rest/index.ts";
import { bracketed } from "./address.ts";
import { groupOptions } from "./group-options.ts";
import { groupUpkeep } from "./jobs/group-upkeep.ts";
import { logUpkeep, nothingToReclaim, type Reclaim, type ReclaimBounds } from "./jobs/log-upkeep.ts";
import type { Rounds } from "./jobs/rounds.ts";
import type { Config } from "./settings.ts";
import { upkeepOptions } from "./upkeep-options.ts";
import { packageVersion } from "./version/index.ts";

/** Everything of one process but its port. */
export type LocalLog = {
  /** The REST face. It is loaded for its first request: a server that only Kafka's clients use never needs it. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly engine: Engine;
  readonly items: ItemStore;
  /** Takes no more appends and resolves when all that are under way are answered. */
  readonly drain: () => Promise<void>;
  /** Closes the stores. Nothing may be under way. */
  readonly close: () => Promise<void>;
};

/** What the process has from its first moment on. */
export type Ground = {
  readonly config: Config;
  readonly clock: SystemClock;
  readonly telemetry: SystemTelemetry;
  /** Aborted when the server begins to stop. */
  readonly stopping: AbortSignal;
};

/** Where everything is kept. */
export type Stores = {
  readonly items: ItemStore;
  readonly objects: ObjectStore;
  /** Gives back the space of what was deleted, where that is work. */
  readonly reclaim: Reclaim;
  readonly close: () => Promise<void>;
};

type JobDeps = {
  readonly engine: Engine;
  readonly clock: SystemClock;
  readonly telemetry: SystemTelemetry;
  readonly reclaim: Reclaim;
};

/** Hosts that stand for every address of the machine. */
const wildcards = new Set(["0.0.0.0", "::"]);

/** Clock and telemetry: needed before anything else can be opened, or fail. */
export function makeGround(
  config: Config,
  stopping: AbortSignal,
  output: LogOutput = stderrOutput(),
): Ground {
  const clock = new SystemClock();
  const telemetry = new SystemTelemetry(
    { clock, output },
    { level: config.logLevel, format: config.logFormat, colors: process.stderr.isTTY },
  );
  return { config, clock, telemetry, stopping };
}

/** Begins to open the stores: resolves when their worker is on its way. `stores` throws what openLocal throws. */
export async function startStores(ground: Ground): Promise<{ readonly stores: Promise<Stores> }> {
  const { config, clock, telemetry } = ground;
  if (config.memory) {
    const { MemoryItemStore, MemoryObjectStore } = await import("../adapters/memory/index.ts");
    const close = async () => undefined;
    const objects = new MemoryObjectStore({ clock });
    const stores = { items: new MemoryItemStore(), objects, reclaim: nothingToReclaim, close };
    return { stores: Promise.resolve(stores) };
  }
  if (config.backend === "aws") {
    const { openAws } = await import("../adapters/aws/index.ts");
    const deps = { clock, telemetry, random: new SystemRandom(), crc32c: systemCodecs.crc32c };
    const aws = openAws(deps, { ...awsTimes, ...awsPlaces(config) });
    return { stores: Promise.resolve({ ...aws, reclaim: nothingToReclaim }) };
  }
  const { defaultWorth, openLocal } = await import("../adapters/local/index.ts");
  const { crc32c } = systemCodecs;
  const opening = openLocal({ dataDir: config.dataDir, clock, telemetry, crc32c });
  const stores = opening.then(local => ({
    ...local,
    reclaim: (limits: ReclaimBounds) => local.reclaim({ ...defaultWorth, ...limits }),
  }));
  return { stores };
}

/** A gateway keeps many calls under way; each has as long as the function's calls have. */
const awsTimes = { connectTimeoutMs: 2_000, answerTimeoutMs: 5_000, connectionsMax: 256 } as const;

/** The table, the bucket, and an emulator of AWS where the SDK's own variables name one. */
function awsPlaces({ table, bucket }: Config) {
  const dynamoDbEndpoint = process.env["AWS_ENDPOINT_URL_DYNAMODB"] ?? process.env["AWS_ENDPOINT_URL"];
  const s3Endpoint = process.env["AWS_ENDPOINT_URL_S3"] ?? process.env["AWS_ENDPOINT_URL"];
  return {
    table,
    bucket,
    ...(dynamoDbEndpoint !== undefined && { dynamoDbEndpoint }),
    ...(s3Endpoint !== undefined && { s3Endpoint }),
  };
}

/** Joins the rest to the stores, as soon as they are open. Throws what they throw, and FormatNewer. */
export async function joinLog(ground: Ground, opening: Promise<Stores>): Promise<LocalLog> {
  const { clock, telemetry, stopping, config } = ground;
  const [stores, engineModule] = await Promise.all([opening, import("../engine/index.ts")]);
  const parts = { clock, telemetry, random: new SystemRandom(), codecs: systemCodecs };
  // A disk takes no money for a write: only what waits behind another one gains by waiting.
  const own = { lingersWhenIdle: config.backend === "aws" };
  const defaults = engineModule.defaultEngineOptions;
  const options = { ...defaults, ...engineOptions(config), ...own, ...upkeepOptions(defaults, config) };
  const engine = new engineModule.Engine({ ...parts, ...stores }, options);
  try {
    await engine.checkFormat();
  } catch (error) {
    await stores.close();
    throw error;
  }
  const jobs = jobsOf({ engine, clock, telemetry, reclaim: stores.reclaim }, config);
  for (const job of jobs) job.start();
  const drain = async (): Promise<void> => {
    await Promise.all(jobs.map(job => job.stop()));
    await engine.drain();
  };
  const exposition = () => {
    const { appendBufferBytes, blockCacheBytes } = engine.memory;
    telemetry.gauge("cumulog_append_buffer_bytes", appendBufferBytes);
    telemetry.gauge("cumulog_block_cache_bytes", blockCacheBytes);
    return telemetry.exposition();
  };
  let loading: Promise<Fetch> | undefined;
  const fetch = async (request: Request): Promise<Response> => {
    loading ??= restFace({ ...parts, engine, exposition, stopping }, config);
    return (await loading)(request);
  };
  return { fetch, engine, items: stores.items, drain, close: () => stores.close() };
}

/** What the process does when nobody asks. In an account the maintenance function does it, once for all gateways. */
function jobsOf(deps: JobDeps, { backend, upkeep, upkeepPauseMs }: Config): readonly Rounds[] {
  const isOwn = upkeep === "auto" ? backend === "local" : upkeep === "on";
  return isOwn ? [groupUpkeep(deps), logUpkeep(deps, { pauseMs: upkeepPauseMs })] : [];
}

type Fetch = (request: Request) => Response | Promise<Response>;

async function restFace(deps: RestDeps, config: Config): Promise<Fetch> {
  const { createRestApp, defaultRestOptions } = await import("../rest/index.ts");
  const app = createRestApp(deps, { ...defaultRestOptions, ...restOptions(config) });
  return request => app.fetch(request);
}

/** What the settings say to the engine. */
export function engineOptions(config: Config): Partial<EngineOptions> {
  const { segmentBytes, itemTierBytes, appendBufferBytes, blockCacheBytes, lingerMs, numPartitions } = config;
  const sizes = { segmentBytes, itemTierBytes, appendBufferBytes, blockCacheBytes };
  return { ...sizes, lingerMs, partitionsDefault: numPartitions, groups: groupOptions(config) };
}

function restOptions(config: Config): Partial<RestOptions> {
  const { host, allowedHosts, allowedOrigins, requestBytesMax, bodyBufferBytes } = config;
  return {
    version: packageVersion(),
    hosts: [bracketed(host), ...allowedHosts].map(name => name.toLowerCase()),
    hostCheck: wildcards.has(host) ? "addresses" : "names",
    origins: allowedOrigins,
    requestBytesMax,
    bodyBufferBytes,
  };
}
