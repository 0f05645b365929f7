/**
 * What a function adds to the engine: the handler, warm, from event to result, and beside it the same calls on the same
 * engine with the same codecs, in turns. Stores are in memory, so that nothing but our own code is measured.
 */
import { LambdaTelemetry } from "../lib/adapters/lambda/index.ts";
import { MemoryItemStore, MemoryObjectStore } from "../lib/adapters/memory/index.ts";
import { pureCodecs } from "../lib/adapters/pure/index.ts";
import { SystemClock, SystemRandom } from "../lib/adapters/system/index.ts";
import {
  type HttpDuty,
  type HttpHandler,
  loadFunctionConfig,
  makeHttpFunction,
} from "../lib/app/aws/index.ts";
import { defaultEngineOptions, Engine } from "../lib/engine/index.ts";
import { buildPlainBatch } from "../lib/format/record-batch/index.ts";
import { silentTelemetry } from "../lib/ports/index.ts";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { figure, type Report, type Row, shown } from "./report.ts";
import { median } from "./statistics.ts";

const requests = 200;
const warmUp = 20;
const goalMs = 5;
const path = "/topics/bench/partitions/0/records";
const batches = "application/vnd.cumulog.batches";
const environment = { CUMULOG_TABLE: "bench", CUMULOG_BUCKET: "bench", AWS_REGION: "none" };

export const lambda: Benchmark = { name: "lambda", run };

type Case = {
  readonly title: string;
  readonly throughHandler: () => Promise<void>;
  readonly onEngine: () => Promise<void>;
};
type Times = { readonly handlerMs: readonly number[]; readonly engineMs: readonly number[] };

async function run(settings: BenchSettings): Promise<Report> {
  const rows: Row[] = [];
  const added: number[] = [];
  for (const { title, ...calls } of await cases()) {
    settings.say(`lambda: ${title}`);
    const { handlerMs, engineMs } = await quietly(() => measure(settings.isQuick ? 5 : requests, calls));
    rows.push({
      title,
      figures: [figure("handler", "ms", handlerMs), figure("engine alone", "ms", engineMs)],
    });
    added.push(median(handlerMs) - median(engineMs));
  }
  const most = Math.max(...added);
  return {
    benchmark: "lambda",
    note: `A warm function: event to result, ${requests} requests, stores in memory; medians and ranges.`,
    rows,
    goals: [
      {
        wanted: `the handler adds less than ${goalMs} ms to the engine, in every case`,
        measured: shown({ rounds: [most], unit: "ms" }),
        isReached: most < goalMs,
      },
    ],
  };
}

async function cases(): Promise<readonly Case[]> {
  const clock = new SystemClock();
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock });
  const random = new SystemRandom();
  const deps = { clock, random, items, objects, telemetry: silentTelemetry, codecs: pureCodecs };
  const alone = new Engine(deps, { ...defaultEngineOptions, lingerMs: 0 });
  await alone.topics.create({ name: "bench", partitions: 1 });
  const start = (name: HttpDuty): HttpHandler => {
    const telemetry = new LambdaTelemetry({
      service: "bench",
      stage: "bench",
      function: name,
      level: "info",
    });
    const config = loadFunctionConfig("function", environment);
    const parts = { kind: "function", name, config, clock, random, telemetry, items, objects } as const;
    return makeHttpFunction(name, parts).handler;
  };
  const [produce, fetch] = [start("produce"), start("fetch")];
  return [
    appending("append of 512 B", produce, alone, 512),
    appending("append of 64 KiB", produce, alone, 64 * 1024),
    appending("append of 900 KiB", produce, alone, 900 * 1024),
    {
      title: "fetch at the tail",
      throughHandler: async () => {
        const { next } = await endOf(alone);
        await well(fetch, anEvent("GET", `offset=${next}`));
      },
      onEngine: async () => {
        const { next, fetchFrom } = await endOf(alone);
        await fetchFrom(next);
      },
    },
  ];
}

function appending(title: string, handler: HttpHandler, engine: Engine, valueBytes: number): Case {
  const value = Buffer.alloc(valueBytes, "The quick brown fox jumps over the lazy dog. ");
  const records = [{ timestampMs: Date.now(), key: null, value, headers: [] }];
  const batch = buildPlainBatch(records, { codecs: pureCodecs });
  const body = Buffer.from(batch).toString("base64");
  return {
    title,
    throughHandler: () => well(handler, anEvent("POST", "", body)),
    onEngine: async () => {
      const [answer] = await engine.append([{ topic: "bench", partition: 0, batches: batch }]);
      if (answer?.kind !== "appended") throw answer?.error ?? new Error("no answer");
      await engine.settle();
    },
  };
}

async function endOf(engine: Engine) {
  const [end] = await engine.listOffsets([{ topic: "bench", partition: 0, spec: { kind: "latest" } }]);
  if (end?.kind !== "offset") throw new Error("no end");
  const fetchFrom = (offset: number) =>
    engine.fetch([{ topic: "bench", partition: 0, offset, bytesMax: 1024 }], {
      waitMsMax: 0,
      bytesMin: 0,
      bytesMax: 1024,
    });
  return { next: end.offset, fetchFrom };
}

async function measure(count: number, { throughHandler, onEngine }: Omit<Case, "title">): Promise<Times> {
  const [handlerMs, engineMs]: [number[], number[]] = [[], []];
  for (let i = 0; i < count + warmUp; i++)
    for (const [times, call] of [
      [handlerMs, throughHandler],
      [engineMs, onEngine],
    ] as const) {
      const began = performance.now();
      await call();
      if (i >= warmUp) times.push(performance.now() - began);
    }
  return { handlerMs, engineMs };
}

async function well(handler: HttpHandler, event: unknown): Promise<void> {
  const { statusCode, body } = await handler(event, {});
  if (statusCode !== 200) throw new Error(`${statusCode}: ${body}`);
}

function anEvent(method: string, rawQueryString: string, body?: string) {
  return {
    version: "2.0",
    rawPath: path,
    rawQueryString,
    headers: { host: "bench", "content-type": batches, accept: batches },
    requestContext: { domainName: "bench", http: { method, path } },
    ...(body !== undefined && { body }),
    isBase64Encoded: body !== undefined,
  };
}

/** The function writes its metrics on standard output, as it would; here nobody wants to see them. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { write } = process.stdout;
  process.stdout.write = () => true;
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}
