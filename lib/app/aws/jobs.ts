/**
 * A job: one shard's turn, as a message of the queue between the maintenance function and its workers. A message may come twice
 * and late: it names a shard and holds nothing of what was seen there, so that doing it again finds nothing to do.
 *
 *   Job => {"v": 1, "work": "tend", "topic": name, "id": topic id, "shard": number}
 */
import { type ShardIndex, shardIndex } from "../../format/index.ts";
import { CumulogError, errorNameOf, messageOf } from "../../std/index.ts";
import { jobsPerTickMax } from "./bounds.ts";
import type { FunctionTelemetry } from "./invocation.ts";

/** One shard's turn. The topic of this name may be another one by now. */
export type Job = {
  readonly topic: { readonly name: string; readonly id: string };
  readonly shard: ShardIndex;
};

/** Where jobs go, to workers. */
export type JobQueue = {
  /** How many one tick may send; 0: nobody works for it. */
  readonly jobsMax: number;
  /** Answers with those that were not sent, for whatever reason: it is in the log. Sending twice does no harm. */
  send<Each extends Job>(jobs: readonly Each[]): Promise<readonly Each[]>;
};

/** The queue of a maintenance function that has no workers. */
export const noQueue: JobQueue = { jobsMax: 0, send: async jobs => jobs };

/** A message that is no job, or one of another release: it is for people to look at. */
export class JobUnreadable extends CumulogError {
  override readonly name = "JobUnreadable";
  readonly kind = "bug";
}

/** Takes ten messages at most; answers with the indexes of those that were not taken. Throws what stores throw. */
export type SendBatch = (bodies: readonly string[]) => Promise<readonly number[]>;

/** Messages of one request. */
const batchMax = 10;

/** A queue over requests of ten messages. The first request that fails is the last of its tick. */
export function queueOver(send: SendBatch, telemetry: FunctionTelemetry): JobQueue {
  return {
    jobsMax: jobsPerTickMax,
    send: async <Each extends Job>(jobs: readonly Each[]) => {
      const unsent: Each[] = [];
      for (let at = 0; at < jobs.length; at += batchMax) {
        const batch = jobs.slice(at, at + batchMax);
        try {
          const refused = new Set(await send(batch.map(encodeJob)));
          unsent.push(...batch.filter((_, index) => refused.has(index)));
        } catch (error) {
          unsent.push(...jobs.slice(at));
          telemetry.log("error", "jobs could not be sent; the next tick tries again", failureFields(error));
          return unsent;
        }
      }
      return unsent;
    },
  };
}

/** The message of a job. */
export function encodeJob({ topic: { name, id }, shard }: Job): string {
  return JSON.stringify({ v: 1, work: "tend", topic: name, id, shard });
}

/** Reads a message. Throws JobUnreadable. */
export function decodeJob(body: string): Job {
  const { v, work, topic, id, shard } = fieldsOf(body);
  const isJob = v === 1 && work === "tend" && typeof topic === "string" && typeof id === "string";
  if (!isJob || !Number.isSafeInteger(shard) || Number(shard) < 0)
    throw new JobUnreadable(
      `a message of the queue is no job that this release knows: ${JSON.stringify(body.slice(0, 200))}`,
    );
  return { topic: { name: topic, id }, shard: shardIndex(Number(shard)) };
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

/** What a log line says of a failure. */
export function failureFields(error: unknown): Readonly<Record<string, string>> {
  const known = error instanceof CumulogError ? { kind: error.kind } : {};
  return {
    ...known,
    error: errorNameOf(error),
    message: messageOf(error),
  };
}
