/**
 * What a run may be held to beyond its history, because the world knows what it did: that there were no faults, or that
 * nothing was damaged.
 */
import { type Stage, stageEngineOptions } from "../actors/stage.ts";
import type { HistoryEvent, Violation } from "../checker/index.ts";

/** What a client is told when it asked for something that is not, and no fault is needed for that. */
const expected = new Set([
  "UnknownTopic",
  "UnknownPartition",
  "TopicExists",
  "TopicFenced",
  "TopicBusy",
  "InvalidPartitions",
  "OffsetOutOfRange",
  // A producer whose batches travel by several processes: the checker holds such refusals to be true.
  "OutOfOrderSequence",
  "UnknownProducer",
  "InvalidProducerEpoch",
]);

/** In a run without faults nothing fails but what was asked wrongly. */
export function nothingFails(stage: Stage): readonly Violation[] {
  return stage.world.history.events.flatMap(event => {
    if (event.type !== "fail" && event.type !== "info") return [];
    if (event.error !== undefined && expected.has(event.error.name)) return [];
    const message = `operation ${event.id} failed without any fault: ${event.error?.name}: ${event.error?.message}`;
    return [{ invariant: "I12", message } as const];
  });
}

/** Longer than a watcher's longest pause and its look, ms. */
const hearingMs = 2 * stageEngineOptions.watchPauseMsMax;

/** Check 28: a poll that waits hears of what was acknowledged while it waited. Without faults: in time. */
export function pollsHear(stage: Stage): readonly Violation[] {
  const ends = new Map<string, { readonly atMs: number; readonly end: number }[]>();
  const invoked = new Map<number, Extract<HistoryEvent, { type: "invoke" }>>();
  return stage.world.history.events.flatMap(event => {
    if (event.type === "invoke") invoked.set(event.id, event);
    if (event.type !== "ok") return [];
    const asked = invoked.get(event.id);
    if (asked?.op === "append" && event.op === "append" && asked.log !== undefined) {
      const place = `${asked.log}/${asked.partition}`;
      const known = ends.get(place) ?? [];
      known.push({ atMs: event.atMs, end: event.baseOffset + asked.values.length });
      ends.set(place, known);
    }
    if (asked?.op !== "fetch" || event.op !== "fetch" || asked.waitMs <= hearingMs || asked.bytesMin > 1)
      return [];
    if (event.records.length > 0 || event.atMs - asked.atMs < asked.waitMs) return [];
    const unheard = ends
      .get(`${asked.log}/${asked.partition}`)
      ?.find(({ atMs, end }) => end > asked.offset && atMs < event.atMs - hearingMs);
    if (unheard === undefined) return [];
    const message = `fetch ${event.id} waited ${asked.waitMs} ms at ${asked.offset} and heard nothing; ${unheard.end} was acknowledged ${event.atMs - unheard.atMs} ms before`;
    return [{ invariant: "I12", message } as const];
  });
}

/** Nobody hears of corrupt bytes where none were damaged. (The bytes of a deleted topic may be gone.) */
export function nothingIsCorrupt(stage: Stage): readonly Violation[] {
  const invoked = new Map<number, Extract<HistoryEvent, { type: "invoke" }>>();
  return stage.world.history.events.flatMap(event => {
    if (event.type === "invoke") invoked.set(event.id, event);
    if ((event.type !== "fail" && event.type !== "info") || event.error?.kind !== "corrupt") return [];
    const asked = invoked.get(event.id);
    if (asked === undefined || !("log" in asked) || asked.log !== asked.topic) return [];
    return [
      {
        invariant: "I10",
        message: `${asked.op} ${event.id} of ${asked.log}: ${event.error.message}`,
      } as const,
    ];
  });
}
