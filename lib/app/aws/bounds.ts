/**
 * What Lambda and its front doors allow, and the times and sizes that follow from it. The relations between them are
 * asserted when this is loaded: a change that breaks one does not start.
 */
import { assert } from "../../std/index.ts";

const mebibyte = 1024 * 1024;

/** An HTTP API waits this long for a function (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html). */
export const frontDoorTimeoutMs = 30_000;

/** A function takes and gives this much at most (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), bytes. */
export const payloadBytesMax = 6 * mebibyte;

/** Of a request beside its body: headers, at most 10 KB, each character escaped at worst, and what the front door adds. */
const eventFrameBytes = 256 * 1024;

/** What a function's request may hold, bytes. Not a setting: more does not fit, in base64, through Lambda. */
export const bodyBytesMax = 4 * mebibyte;

/** What one fetch brings at most, bytes of record batches: it goes out as base64. */
export const fetchBytesMax = 4 * mebibyte;

/** A result of a produce, and what it takes in an answer: a cluster id, a topic's name, numbers; or an error's message. */
const resultBytesMax = 440;

/**
 * Records of one request. An answer has a result for each, and is the last word on what was stored: it must never turn
 * out too large when they are.
 */
export const recordsMax = 10_000;

/** The longest wait of a fetch, ms: it ends before the front door gives up. */
export const fetchWaitMsMax = 25_000;

/** How long the engine may try, and one call may take, ms. Together they end before the front door gives up. */
export const functionTimes = {
  appendDeadlineMs: 12_000,
  requestDeadlineMs: 5_000,
  answerTimeoutMs: 3_000,
  connectTimeoutMs: 1_000,
} as const;

/** The same for a web function, which has a process's time: its requests may take twice as long. */
export const webFunctionTimes = { appendDeadlineMs: 30_000, requestDeadlineMs: 10_000 } as const;

/** Calls under way at once, to each store: rolls and wide fetches, for one request at a time. */
export const connectionsMax = 50;

/** Before the time is over: waiting ends, so that what is there can still be read, ms. */
export const waitReserveMs = 3_000;
/** Before the time is over: the client is told that nothing is known, ms. */
export const answerReserveMs = 1_000;
/** Before the time is over: background work is left to the next request, and the answer goes out, ms. */
export const settleReserveMs = 500;
/** Before the time is over: upkeep begins nothing more, ms. */
export const upkeepReserveMs = 10_000;
/** The same for what moves large objects: of a shard's turn, a purge and a sweep nothing new begins, ms. */
export const turnReserveMs = 60_000;
/** Before the time is over: no further shard has its turn, so that purge and sweep have time of their own, ms. */
export const sweepReserveMs = 120_000;

/** Of one shard's turn in a tick: the others are to have theirs. At most one object of 64 MiB is in memory. */
export const turnLimits = {
  bytesMax: 256 * mebibyte,
  callsMax: 10_000,
  timeMsMax: 60_000,
  callMsMax: 10_000,
} as const;

/** Of a purge and of a sweep, which read no records: a sweep has to see all references, or it deletes nothing. */
export const sweepLimits = { bytesMax: 1024 * mebibyte, callsMax: 200_000, callMsMax: 10_000 } as const;

/** A shard in which nothing was to do, and nothing came since, is looked at again after this, ms: its retention goes on. */
export const idleShardMs = 30 * 60_000;

/** Sequencers that a tick looks at, at once. */
export const looksMax = 16;

/** The time of one call of a worker, ms. */
export const workerTimeoutMs = 300_000;
/** Jobs of one call: each has a whole turn. What a turn leaves goes on while there is time. */
export const jobsPerBatch = 4;
/** Jobs that one tick sends at most. */
export const jobsPerTickMax = 100;

/** Bytes as base64. */
export function base64Bytes(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

assert(base64Bytes(bodyBytesMax) + eventFrameBytes <= payloadBytesMax, "a whole body fits a request");
assert(base64Bytes(fetchBytesMax) + eventFrameBytes <= payloadBytesMax, "a whole fetch fits an answer");
assert(
  base64Bytes(recordsMax * resultBytesMax) <= payloadBytesMax,
  "all results of a produce fit its answer",
);
assert(fetchWaitMsMax + waitReserveMs <= frontDoorTimeoutMs, "a wait ends before the front door gives up");
assert(settleReserveMs < answerReserveMs && answerReserveMs < waitReserveMs, "things end in order");
assert(
  functionTimes.appendDeadlineMs + functionTimes.requestDeadlineMs + 2 * functionTimes.answerTimeoutMs <=
    frontDoorTimeoutMs - answerReserveMs,
  "an append tries, and looks what became of it, before the client is told that nothing is known",
);
assert(functionTimes.connectTimeoutMs < functionTimes.answerTimeoutMs, "a connection is part of an answer");
assert(
  functionTimes.requestDeadlineMs + functionTimes.answerTimeoutMs <= upkeepReserveMs,
  "what upkeep has begun ends in time",
);
assert(
  turnLimits.callMsMax + 2 * functionTimes.answerTimeoutMs <= turnReserveMs && turnReserveMs < sweepReserveMs,
  "what a turn has begun ends in time, and leaves time for a sweep",
);
assert(
  jobsPerBatch * turnLimits.timeMsMax + turnReserveMs <= workerTimeoutMs,
  "every job of a batch has a whole turn",
);
