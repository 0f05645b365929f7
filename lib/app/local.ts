/**
 * The embedded mode, joined: stores in a data directory or in memory, the engine over them, the REST face over that.
 */
import type { Hono } from "hono";
import { MemoryItemStore, MemoryObjectStore } from "../adapters/memory/index.ts";
import {
  type LogOutput,
  SystemClock,
  SystemRandom,
  SystemTelemetry,
  stderrOutput,
  systemCodecs,
} from "../adapters/system/index.ts";
import { defaultEngineOptions, Engine, type EngineOptions } from "../engine/index.ts";
import type { ItemStore, ObjectStore } from "../ports/index.ts";
import type { RestOptions } from "../rest/index.ts";
import type { Config } from "./settings.ts";

/** Everything of one process but its port. */
export type LocalLog = {
  readonly app: Hono;
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

type Stores = {
  readonly items: ItemStore;
  readonly objects: ObjectStore;
  readonly close: () => Promise<void>;
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

/** Opens the stores and joins the rest. Throws what openLocal throws, and FormatNewer. */
export async function openLog(ground: Ground): Promise<LocalLog> {
  const opening = openStores(ground);
  // The worker of the stores takes its time to start: the REST face loads beside it.
  const [stores, rest] = await Promise.all([opening, import("../rest/index.ts")]);
  const { clock, telemetry, stopping, config } = ground;
  const parts = { clock, telemetry, random: new SystemRandom(), codecs: systemCodecs };
  const engine = new Engine({ ...parts, ...stores }, engineOptions(config));
  try {
    await engine.checkFormat();
  } catch (error) {
    await stores.close();
    throw error;
  }
  const exposition = () => {
    const { appendBufferBytes, blockCacheBytes } = engine.memory;
    telemetry.gauge("cumulog_append_buffer_bytes", appendBufferBytes);
    telemetry.gauge("cumulog_block_cache_bytes", blockCacheBytes);
    return telemetry.exposition();
  };
  const deps = { ...parts, engine, exposition, stopping };
  const app = rest.createRestApp(deps, { ...rest.defaultRestOptions, ...restOptions(config) });
  return { app, drain: () => engine.drain(), close: () => stores.close() };
}

/** What the settings say to the engine. */
export function engineOptions(config: Config): EngineOptions {
  const { segmentBytes, itemTierBytes, appendBufferBytes, blockCacheBytes, lingerMs } = config;
  return {
    ...defaultEngineOptions,
    segmentBytes,
    itemTierBytes,
    appendBufferBytes,
    blockCacheBytes,
    lingerMs,
  };
}

function restOptions(config: Config): Partial<RestOptions> {
  const { host, allowedHosts, allowedOrigins, requestBytesMax, bodyBufferBytes } = config;
  return {
    hosts: [bracketed(host), ...allowedHosts].map(name => name.toLowerCase()),
    hostCheck: wildcards.has(host) ? "addresses" : "names",
    origins: allowedOrigins,
    requestBytesMax,
    bodyBufferBytes,
  };
}

/** As a URL has it: `[::1]`. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

async function openStores({ config, clock, telemetry }: Ground): Promise<Stores> {
  if (config.memory)
    return {
      items: new MemoryItemStore(),
      objects: new MemoryObjectStore({ clock }),
      close: async () => undefined,
    };
  const { openLocal } = await import("../adapters/local/index.ts");
  const { crc32c } = systemCodecs;
  return openLocal({ dataDir: config.dataDir, clock, telemetry, crc32c });
}
