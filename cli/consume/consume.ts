/**
 * Joins the parts that read: where to start, following, printing, and the four ways to end well.
 */
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import type { Endpoints } from "../endpoints.ts";
import { UsageWrong } from "../errors.ts";
import { Outage } from "../outage.ts";
import { print, tell } from "../output.ts";
import { onInterrupt } from "../signals.ts";
import { topicInUse } from "../topic-in-use.ts";
import { Follower } from "./follow.ts";
import type { Format } from "./format.ts";
import { whenIdle } from "./idle.ts";
import { Printer } from "./printer.ts";
import { type From, findStarts } from "./start.ts";

export type ConsumeRequest = {
  readonly topic: string;
  /** Undefined: all that the topic has. */
  readonly partitions: readonly number[] | undefined;
  readonly from: From;
  readonly format: Format;
  /** Infinity: without end. */
  readonly recordsMax: number;
  readonly idleMsMax: number;
};

export type Consumed = {
  readonly records: number;
  /** Of output. */
  readonly bytes: number;
  readonly durationMs: number;
};

/** Prints records until there were enough, none came for long enough, or a signal came. Throws what does not pass by itself. */
export async function consume(endpoints: Endpoints, request: ConsumeRequest): Promise<Consumed> {
  const { topic, from, recordsMax } = request;
  const stop = new AbortController();
  const release = onInterrupt(() => stop.abort());
  const partitions = await choosePartitions(endpoints, topic, request.partitions);
  const starts = await findStarts(endpoints, topic, partitions, from);

  const printer = new Printer(
    { print, format: request.format, nowMs: () => performance.now() },
    { topic, recordsMax },
  );
  const cancelIdle = whenIdle(printer, request.idleMsMax, () => stop.abort());
  const deliver: ConstructorParameters<typeof Follower>[0]["deliver"] = async (partition, records) => {
    await printer.print(partition, records);
    if (printer.isFull) stop.abort();
  };
  const follower = new Follower(
    { endpoints, codecs: systemCodecs, outage: new Outage({ tell }), deliver },
    { topic },
  );
  try {
    await follower.follow(starts, stop);
  } finally {
    cancelIdle();
    release();
  }
  return { records: printer.records, bytes: printer.bytes, durationMs: printer.durationMs };
}

async function choosePartitions(
  endpoints: Endpoints,
  topic: string,
  wanted: readonly number[] | undefined,
): Promise<readonly number[]> {
  const { partitions } = await topicInUse(endpoints, topic);
  if (wanted === undefined) return Array.from({ length: partitions }, (_, partition) => partition);
  const missing = wanted.find(partition => partition >= partitions);
  if (missing !== undefined)
    throw new UsageWrong(`--partition ${missing}: topic ${topic} has the partitions 0 to ${partitions - 1}`);
  return [...new Set(wanted)];
}
