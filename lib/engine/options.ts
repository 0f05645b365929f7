/**
 * The engine's settings with their reasons. Relations between them are asserted when an engine is made.
 */
import { limits } from "../format/index.ts";
import { assert } from "../std/index.ts";
import { defaultCompactionOptions } from "./compaction/index.ts";
import { defaultSweepOptions } from "./sweep/index.ts";
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
  // 32 pages of 8, which one query reads.
  producerSnapshotEntries: 256,
  // Kafka's num.partitions as its clients' test suites expect it.
  partitionsDefault: 4,
  // Nobody else would finish what a crash left half-made.
  mayChangeTopics: true,
  compaction: defaultCompactionOptions,
  sweep: defaultSweepOptions,
  groups: {
    // Kafka's own defaults.
    sessionMsMin: 6_000,
    sessionMsMax: 1_800_000,
    consumerSessionMs: 45_000,
    consumerHeartbeatMs: 5_000,
    offsetsRetentionMs: 7 * 24 * 60 * 60_000,
    // Clients and their test suites rely on a group that starts at once.
    initialRebalanceDelayMs: 0,
    // A member is an item, and every look in a rebalance reads them all.
    membersMax: 2_000,
    // Kafka's own default: clients are rolled forward, and back.
    migrationPolicy: "bidirectional",
  },
};

/** Asserts what must hold between settings. */
export function checkEngineOptions(options: EngineOptions): void {
  assert(options.segmentBytes <= limits.segmentBytesMax, () => `segmentBytes ${options.segmentBytes}`);
  assert(options.itemTierBytes <= limits.itemTierBytesMax, () => `itemTierBytes ${options.itemTierBytes}`);
  assert(options.flushesInFlight >= 1, () => `flushesInFlight ${options.flushesInFlight}`);
  assert(options.watchPauseMs <= options.watchPauseMsMax, "watchPauseMs is at most watchPauseMsMax");
  assert(options.sweep.graceMs > 0 && options.sweep.restoreWindowMs >= 0, "a sweep leaves what is young");
  assert(options.sweep.table !== "", "a sweep has the name of its table");
  const { sessionMsMin, sessionMsMax } = options.groups;
  assert(sessionMsMin > 0 && sessionMsMin <= sessionMsMax, "sessionMsMin is at most sessionMsMax");
  assert(options.lingerMs < options.appendDeadlineMs, "a batch lingers less than its deadline");
}
