/**
 * The engine's settings with their reasons. Relations between them are asserted when an engine is made.
 */
import { limits } from "../format/index.ts";
import { assert } from "../std/index.ts";
import type { EngineOptions } from "./types.ts";

const mebibyte = 1024 * 1024;

/** Fit for a process with memory to spare: the embedded mode and the gateway. */
export const defaultEngineOptions: EngineOptions = {
  // One PUT per 4 MiB keeps the price of requests far below the price of storage.
  segmentBytes: 4 * mebibyte,
  // Long enough to gather what concurrent callers send, short beside a disk's own sync.
  lingerMs: 5,
  itemTierLingerMs: 1,
  // Where a write has a price, fewer of them are worth the wait.
  lingersWhenIdle: true,
  // Below this an item costs less than a PUT, the later delete included.
  itemTierBytes: 4 * 1024,
  appendBufferBytes: 64 * mebibyte,
  flushesInFlight: 8,
  // Kafka's request.timeout.ms: a client has given up by then.
  appendDeadlineMs: 30_000,
  requestDeadlineMs: 10_000,
  blockCacheBytes: 64 * mebibyte,
  watchPauseMs: 25,
  watchPauseMsMax: 500,
  topicTrustMs: 5_000,
  // Kafka's num.partitions as its clients' test suites expect it.
  partitionsDefault: 4,
  // Nobody else would finish what a crash left half-made.
  mayChangeTopics: true,
};

/** Asserts what must hold between settings. */
export function checkEngineOptions(options: EngineOptions): void {
  assert(options.segmentBytes <= limits.segmentBytesMax, () => `segmentBytes ${options.segmentBytes}`);
  assert(options.itemTierBytes <= limits.itemTierBytesMax, () => `itemTierBytes ${options.itemTierBytes}`);
  assert(options.flushesInFlight >= 1, () => `flushesInFlight ${options.flushesInFlight}`);
  assert(options.watchPauseMs <= options.watchPauseMsMax, "watchPauseMs is at most watchPauseMsMax");
  assert(options.lingerMs < options.appendDeadlineMs, "a batch lingers less than its deadline");
}
