/**
 * What the tables of docs/COSTS.md assume where nothing can be counted: how long a request keeps a function busy. Every
 * amount that follows from one of these stands beside it. What is deployed is read from the deployment's own options.
 */
import { options } from "../../cdk/options.ts";

/** Memory of the functions that append and read, GiB: their price per second is proportional. */
export const functionGib = options.produceMemoryMiB.defaultValue / 1024;
/** Memory of the function of the maintenance. */
export const tickGib = options.maintenanceMemoryMiB.defaultValue / 1024;

/** Milliseconds that one append keeps a function busy. The REPORT lines in the log of a function tell the truth. */
export function appendMs(requestBytes: number): number {
  const found = appendDurations.find(({ upToBytes }) => requestBytes <= upToBytes);
  if (found === undefined) throw new Error(`no duration is assumed for ${requestBytes} bytes`);
  return found.ms;
}

const kib = 1024;
const appendDurations = [
  // Two writes of DynamoDB, one after the other.
  { upToBytes: 4 * kib, ms: 20 },
  // A PUT of S3 and a write of DynamoDB.
  { upToBytes: 64 * kib, ms: 60 },
  { upToBytes: 1024 * kib, ms: 120 },
  { upToBytes: 4096 * kib, ms: 300 },
] as const;

/** Milliseconds of a poll that finds nothing. */
export const pollMs = 10;
/** The parts of the list of groups are asked for one after the other, 4 ms each. */
export const tickMs = 1_200;

/** Lambda asks a queue for messages while there are none: so many long polls at once, each of so many seconds. */
export const idlePolls = { atOnce: 5, seconds: 20 } as const;

/** Bytes that a tick of the maintenance writes to its log: a line of metrics. */
export const tickLogBytes = 1024;

/** A function answers a waiting poll after this, seconds: below the 30 s of an HTTP API. */
export const longPollSeconds = 25;

/** HTTP API counts a request for each started piece of this size. */
const httpApiPieceBytes = 512 * kib;

/** How often HTTP API bills a request with a body of this size. */
export function httpApiRequests(bodyBytes: number): number {
  return Math.max(1, Math.ceil(bodyBytes / httpApiPieceBytes));
}

export const daySeconds = 24 * 3600;
export const monthSeconds = 30 * daySeconds;
