/** A REST face over a real engine in memory, and short ways to call it in process. */
import type { Hono } from "hono";
import { SystemRandom, SystemTelemetry, systemCodecs } from "../../lib/adapters/system/index.ts";
import type { Engine, EngineDeps, EngineOptions } from "../../lib/engine/index.ts";
import type { Clock } from "../../lib/ports/index.ts";
import { createRestApp, defaultRestOptions, type RestDeps, type RestOptions } from "../../lib/rest/index.ts";
import { anEngine, memoryDeps } from "../support/log.ts";

/** What an answer says: its status, its headers, and its body as text and as JSON. */
export type Answered = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers and check what they find
  readonly body: any;
};

export type TestApp = {
  readonly app: Hono;
  readonly engine: Engine;
  readonly clusterId: string;
  /** The path of this cluster: `/v3/clusters/...`. */
  readonly cluster: string;
  readonly stopping: AbortController;
  /** What was logged, one parsed line each. */
  readonly logged: Record<string, unknown>[];
  readonly call: (method: string, path: string, given?: Given) => Promise<Answered>;
  readonly request: (method: string, path: string, given?: Given) => Request;
};

/** A body: JSON unless it is text, bytes or a stream already. */
export type Given = {
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
};

export type TestAppOptions = {
  readonly rest?: Partial<RestOptions>;
  readonly engine?: Partial<EngineOptions>;
  readonly clock?: Clock;
  /** Stores, or other parts of the engine, to take the place of those in memory. */
  readonly parts?: Partial<EngineDeps>;
  readonly deps?: Partial<RestDeps>;
};

export const v2Json = { "content-type": "application/vnd.kafka.json.v2+json" };
export const v2Binary = { "content-type": "application/vnd.kafka.binary.v2+json" };
export const batchesType = "application/vnd.cumulog.batches";

/** An app with no topics. */
export async function aRestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const engineDeps = memoryDeps({ ...options.parts, ...(options.clock && { clock: options.clock }) });
  const engine = anEngine(engineDeps, options.engine);
  const stopping = new AbortController();
  const logged: Record<string, unknown>[] = [];
  const { clock } = engineDeps;
  const output = { write: (line: string) => void logged.push(JSON.parse(line)) };
  const telemetry = new SystemTelemetry({ clock, output }, { level: "debug", format: "json" });
  const deps: RestDeps = {
    engine,
    clock,
    random: new SystemRandom(),
    codecs: systemCodecs,
    telemetry,
    exposition: () => telemetry.exposition(),
    stopping: stopping.signal,
    ...options.deps,
  };
  const app = createRestApp(deps, { ...defaultRestOptions, ...options.rest });
  const clusterId = await engine.clusterId();
  const call = async (method: string, path: string, given: Given = {}): Promise<Answered> =>
    answered(await app.fetch(aRequest(method, path, given)));
  const cluster = `/v3/clusters/${clusterId}`;
  return { app, engine, clusterId, cluster, stopping, logged, call, request: aRequest };
}

/** An app with one topic, `orders`, of three partitions unless told. */
export async function anAppWithOrders(options: TestAppOptions & { partitions?: number } = {}) {
  const made = await aRestApp(options);
  await made.engine.topics.create({ name: "orders", partitions: options.partitions ?? 3 });
  return made;
}

/** The instance of `anAppWithReaders`. */
export const instancePath = "/consumers/h/instances/i";

/**
 * An app with `orders`; a group `g` with a member `m`, which has committed an offset; and in a group `h` an instance `i`, which
 * reads partition 0.
 */
export async function anAppWithReaders(options: TestAppOptions = {}) {
  const made = await anAppWithOrders(options);
  const { cluster, call } = made;
  const first = { topics: ["orders"], member: { id: "m" } };
  const { body } = await call("POST", `${cluster}/consumer-groups/g/poll`, { json: first });
  const commit = [{ topic: "orders", partition: 0, offset: 0 }];
  const done = { ...first, member: { id: "m", epoch: body.member.epoch }, commit };
  await call("POST", `${cluster}/consumer-groups/g/poll`, { json: done });
  await call("POST", "/consumers/h", { json: { name: "i", "auto.offset.reset": "earliest" } });
  const partitions = [{ topic: "orders", partition: 0 }];
  await call("POST", `${instancePath}/assignments`, { json: { partitions } });
  return made;
}

/** A request to this server, with a Content-Length when the body has a known one, as clients send it. */
export function aRequest(method: string, path: string, given: Given = {}): Request {
  const body = given.json === undefined ? given.body : JSON.stringify(given.json);
  const isStream = body instanceof ReadableStream;
  const length = body === undefined || isStream ? undefined : Buffer.byteLength(body);
  const headers = {
    ...(body !== undefined && { "content-type": "application/json" }),
    ...(length !== undefined && { "content-length": String(length) }),
    ...given.headers,
  };
  const init: RequestInit & { duplex?: "half" } = { method, headers };
  if (body !== undefined) init.body = body;
  if (isStream) init.duplex = "half";
  return new Request(`http://localhost:8080${path}`, init);
}

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, text, body: jsonOf(text) };
}

/** The results of a produce stream, one a line. */
export function linesOf(text: string) {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return text.split("\n").flatMap((line): any[] => (line === "" ? [] : [JSON.parse(line)]));
}

/** A body that is sent chunk by chunk, without a length. */
export function aStreamOf(...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
