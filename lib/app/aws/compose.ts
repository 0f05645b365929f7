/**
 * A function, joined: its settings, the stores, the engine over them and the face that its callers see. All of it is
 * made once, when the function is loaded; nothing is asked of the network before the first request.
 */
import type { Hono } from "hono";
import { LambdaTelemetry } from "../../adapters/lambda/index.ts";
import { pureCodecs } from "../../adapters/pure/index.ts";
import { SystemClock, SystemRandom } from "../../adapters/system/index.ts";
import { defaultEngineOptions, Engine, type EngineOptions } from "../../engine/index.ts";
import type { Clock, Random } from "../../ports/index.ts";
import { createRestApp, defaultRestOptions, type RestOptions } from "../../rest/index.ts";
import { AssertionFailed } from "../../std/index.ts";
import { consumerGroupOptions } from "../group-options.ts";
import { packageVersion } from "../version/index.ts";
import { fetchBytesMax, fetchWaitMsMax, functionTimes, recordsMax, webFunctionTimes } from "./bounds.ts";
import { gated } from "./gate.ts";
import { type HttpHandler, makeHttpHandler } from "./http-handler.ts";
import type { FunctionTelemetry } from "./invocation.ts";
import {
  type Environment,
  type FunctionConfig,
  type FunctionKind,
  loadFunctionConfig,
  unknownVariables,
} from "./settings.ts";
import type { FunctionStores, OpenQueue, OpenStores } from "./stores.ts";
import { makeUpkeepHandler, type UpkeepHandler } from "./upkeep.ts";
import { makeWorkerHandler, type WorkerHandler } from "./worker.ts";

/** What serves requests of an HTTP API: a function for each. */
export const httpDuties = ["produce", "fetch", "groups", "admin"] as const;
export type HttpDuty = (typeof httpDuties)[number];
/** Every function that is called with events, by its name. */
export const functionNames = [...httpDuties, "maintenance", "worker"] as const;
export type FunctionName = (typeof functionNames)[number] | "web-function";

/** What the functions have in common. */
export type FunctionParts = FunctionStores & {
  readonly kind: FunctionKind;
  readonly name: FunctionName;
  readonly config: FunctionConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: FunctionTelemetry;
};

const dayMs = 86_400_000;

/** Who may not change topics: for lack of the permission. */
const bounded: ReadonlySet<FunctionName> = new Set(["produce", "fetch", "groups", "worker"]);

/** The handler of a function behind an HTTP API. Throws InvalidConfiguration. */
export function composeAws(duty: HttpDuty, open: OpenStores): HttpHandler {
  return makeHttpFunction(duty, makeParts("function", duty, process.env, open)).handler;
}

/** The handler of the function that a schedule calls. Throws InvalidConfiguration. */
export function composeUpkeep(open: OpenStores, openJobs: OpenQueue): UpkeepHandler {
  const parts = makeParts("function", "maintenance", process.env, open);
  const queue = openJobs(parts, parts.config);
  return makeUpkeepHandler({ ...parts, queue, engine: makeEngine(parts) }, parts.config);
}

/** The handler of the function that a queue of jobs calls. Throws InvalidConfiguration. */
export function composeWorker(open: OpenStores): WorkerHandler {
  const parts = makeParts("function", "worker", process.env, open);
  return makeWorkerHandler({ ...parts, engine: makeEngine(parts) });
}

/** The parts, as the environment says. Throws InvalidConfiguration. */
export function makeParts(
  kind: FunctionKind,
  name: FunctionName,
  environment: Environment,
  open: OpenStores,
): FunctionParts {
  const config = loadFunctionConfig(kind, environment);
  const { stage, logLevel } = config;
  const clock = new SystemClock();
  const random = new SystemRandom();
  const telemetry = new LambdaTelemetry({ service: "cumulog", stage, function: name, level: logLevel });
  for (const variable of unknownVariables(environment))
    telemetry.log("warn", `${variable} is no setting of a function: it has no effect`);
  const stores = open({ clock, random, telemetry, crc32c: pureCodecs.crc32c }, config);
  return { kind, name, config, clock, random, telemetry, ...stores };
}

/** One function behind an HTTP API, and the engine that it works with. */
export function makeHttpFunction(
  duty: HttpDuty,
  parts: FunctionParts,
): { readonly handler: HttpHandler; readonly engine: Engine } {
  const engine = makeEngine(parts);
  // A function is not told that it ends.
  const app = makeApp(parts, engine, [duty], new AbortController().signal);
  const handler = makeHttpHandler({
    clock: parts.clock,
    telemetry: parts.telemetry,
    serve: gated({
      telemetry: parts.telemetry,
      ready: () => engine.checkFormat(),
      serve: request => app.fetch(request),
    }),
    settle: () => engine.settle(),
  });
  return { handler, engine };
}

/** The engine over the parts. */
export function makeEngine(parts: FunctionParts): Engine {
  return new Engine({ ...parts, codecs: pureCodecs }, engineOptions(parts));
}

/** The REST face over the engine. */
export function makeApp(
  parts: FunctionParts,
  engine: Engine,
  duties: readonly HttpDuty[],
  stopping: AbortSignal,
): Hono {
  const { clock, random, telemetry } = parts;
  // Metrics are written, not shown; the path for them is not served.
  const exposition = () => Promise.reject(new AssertionFailed("a function shows no metrics"));
  const deps = { engine, clock, random, telemetry, codecs: pureCodecs, exposition, stopping };
  return createRestApp(deps, { ...restOptions(parts), duties });
}

function engineOptions({ kind, name, config }: FunctionParts): EngineOptions {
  const { lingerMs, segmentBytes, itemTierBytes, appendBufferBytes, blockCacheBytes } = config;
  const { appendDeadlineMs, requestDeadlineMs } = kind === "function" ? functionTimes : webFunctionTimes;
  return {
    ...defaultEngineOptions,
    lingerMs,
    segmentBytes,
    itemTierBytes,
    appendBufferBytes,
    blockCacheBytes,
    appendDeadlineMs,
    requestDeadlineMs,
    mayChangeTopics: !bounded.has(name),
    compaction: {
      ...defaultEngineOptions.compaction,
      ageMs: config.compactionAgeMs,
      targetBytes: config.compactionTargetBytes,
    },
    sweep: {
      graceMs: config.sweepGraceMs || defaultEngineOptions.sweep.graceMs,
      restoreWindowMs: config.restoreWindowDays * dayMs,
      table: config.table,
    },
    groups: { ...defaultEngineOptions.groups, ...consumerGroupOptions(config) },
  };
}

function restOptions({ kind, config }: FunctionParts): RestOptions {
  const { requestBytesMax, bodyBufferBytes, allowedOrigins } = config;
  return {
    ...defaultRestOptions,
    version: packageVersion(),
    // The front door owns the name; no page can call it by another.
    hostCheck: "any",
    origins: allowedOrigins,
    requestBytesMax,
    bodyBufferBytes,
    fetchWaitMsMax,
    ...(kind === "function" && {
      bodyRecordsMax: recordsMax,
      streamRecordsMax: recordsMax,
      fetchBytesMax,
      // As base64 it fits, as a fetch does.
      answerBytesMax: fetchBytesMax,
    }),
  };
}
