/**
 * Mode (b): a seed draws the weather, what happens to processes, and everything that a handful of clients ask of three
 * or four processes at once. A quarter of the seeds is free of faults, and then nothing may fail at all.
 */
import { admin } from "../actors/admin.ts";
import { appender } from "../actors/appender.ts";
import { chaos, drawChaos, drawSkew, tierOf } from "../actors/chaos.ts";
import { asker, reader, tailer } from "../actors/readers.ts";
import { Stage, stableTopics, stageEngineOptions, stepsMax } from "../actors/stage.ts";
import { sweeper } from "../actors/sweeper.ts";
import type { HistoryEvent, Violation } from "../checker/index.ts";
import { DamageMap } from "../world/damage.ts";
import type { Prng } from "../world/prng.ts";
import { badWeather, clearWeather, drawOutcome } from "../world/weather.ts";
import { World } from "../world/world.ts";
import { end } from "./ending.ts";
import { type RunOptions, type RunResult, resultOf } from "./result.ts";

/** Operations after which a run comes to its end. */
const operationsWanted = 520;
/** Virtual time after which it ends anyway: an hour. */
const untilMs = 3_600_000;

export async function runRandomSeed(seed: number, options: RunOptions): Promise<RunResult> {
  const world = new World({
    seed: `random ${seed}`,
    engine: stageEngineOptions,
    ...(options.trace && { trace: options.trace }),
  });
  const prng = world.prng.fork("setting");
  const isClear = seed % 4 === 0;
  const processes = ["p1", "p2", "p3", ...(prng.chance(0.3) ? ["p4"] : [])];
  const writers = prng.chance(0.5) ? processes : processes.slice(0, -1);
  const stage = new Stage(world, { stable: stableTopics, processes, writers });
  stage.pace = prng.spread(0.05, 4);
  await setUp(stage, prng, isClear);
  const playing = play(stage, prng, isClear);
  const isEnough = (): boolean => world.history.operations >= operationsWanted;
  if (!(await world.scheduler.runUntil(isEnough, { untilMs, stepsMax })))
    world.violated({
      invariant: "I12",
      message: `only ${world.history.operations} operations in ${Math.round(world.scheduler.nowMs)} ms and ${world.scheduler.steps} events`,
    });
  stage.play(playing);
  await end(stage);
  return judge(stage, isClear);
}

/** Processes with clocks of their own, and the stable topics, while all is well. */
async function setUp(stage: Stage, prng: Prng, isClear: boolean): Promise<void> {
  const { world } = stage;
  await stage.setUp(tierOf);
  const weather = isClear ? clearWeather : badWeather(prng.fork("weather"));
  const network = prng.fork("network");
  const damage = new DamageMap(world, prng.fork("damage"), weather.damaged);
  world.choose = (_life, call) => {
    if (stage.throttling > 0 && network.chance(stage.throttling))
      return { kind: "failed", failure: "throttled", answerMs: network.spread(1, 10) };
    return drawOutcome(call, weather, network, key => damage.of(key));
  };
}

function play(stage: Stage, prng: Prng, isClear: boolean): readonly Promise<void>[] {
  const actors = [
    ...Array.from({ length: 4 }, (_, i) => appender(stage, prng.fork(`appender ${i}`))),
    ...Array.from({ length: 3 }, (_, i) => reader(stage, prng.fork(`reader ${i}`))),
    ...Array.from({ length: 2 }, (_, i) => tailer(stage, prng.fork(`tailer ${i}`))),
    asker(stage, prng.fork("asker")),
    admin(stage, prng.fork("admin")),
    sweeper(stage, prng.fork("sweeper")),
  ];
  if (isClear) return actors;
  const options = drawChaos(prng.fork("chaos options"));
  for (const process of stage.processes)
    stage.world.life(process).clock.aheadMs = drawSkew(stage, prng, options);
  return [...actors, ...chaos(stage, prng.fork("chaos"), options)];
}

function judge(stage: Stage, isClear: boolean): RunResult {
  return resultOf(stage.world, [
    ...(isClear ? [...nothingFails(stage), ...pollsHear(stage)] : []),
    ...(stage.world.faults.of("damaged") === 0 ? nothingIsCorrupt(stage) : []),
  ]);
}

/** What a client is told when it asked for something that is not, and no fault is needed for that. */
const expected = new Set([
  "UnknownTopic",
  "UnknownPartition",
  "TopicExists",
  "TopicFenced",
  "TopicBusy",
  "InvalidPartitions",
  "OffsetOutOfRange",
]);

function nothingFails(stage: Stage): readonly Violation[] {
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
function pollsHear(stage: Stage): readonly Violation[] {
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
function nothingIsCorrupt(stage: Stage): readonly Violation[] {
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
