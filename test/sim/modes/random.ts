/**
 * Modes (b) and (c): a seed draws the weather, what happens to processes, and everything that a handful of clients ask
 * of three or four processes at once. A quarter of the seeds is free of faults, and then nothing may fail at all. Every
 * fifth seed that is not goes through an outage before faults stop: no call gets through, or no answer, or no process moves.
 */
import { isWrite } from "../../../lib/adapters/faulty/index.ts";
import type { EngineOptions } from "../../../lib/engine/index.ts";
import { admin } from "../actors/admin.ts";
import { appender } from "../actors/appender.ts";
import { calendar } from "../actors/calendar.ts";
import { chaos, drawChaos, drawSkew, tierOf } from "../actors/chaos.ts";
import { compactor } from "../actors/compactor.ts";
import { producer } from "../actors/producer.ts";
import { purger } from "../actors/purger.ts";
import { asker, reader, tailer } from "../actors/readers.ts";
import {
  graceMs,
  type StableTopic,
  Stage,
  stableTopics,
  stageEngineOptions,
  stepsMax,
} from "../actors/stage.ts";
import { sweeper } from "../actors/sweeper.ts";
import { drawLossyTopics, trimmer } from "../actors/wastage.ts";
import { DamageMap } from "../world/damage.ts";
import { Prng } from "../world/prng.ts";
import { badWeather, clearWeather, drawOutcome } from "../world/weather.ts";
import { World } from "../world/world.ts";
import { end } from "./ending.ts";
import { nothingFails, nothingIsCorrupt, pollsHear } from "./expectations.ts";
import { type RunOptions, type RunResult, resultOf } from "./result.ts";

/** Operations after which a run comes to its end. */
const operationsWanted = 520;
/** Virtual time after which it ends anyway: an hour. */
const untilMs = 3_600_000;

/** Runs one seed to its end. */
export async function runSeed(seed: number, options: RunOptions): Promise<RunResult> {
  const isClear = seed % 4 === 0;
  const world = new World({
    seed: `random ${seed}`,
    engine: isClear ? stageEngineOptions : drawEngineOptions(new Prng(`engine ${seed}`)),
    ...(options.trace && { trace: options.trace }),
  });
  const prng = world.prng.fork("setting");
  const processes = ["p1", "p2", "p3", ...(prng.chance(0.3) ? ["p4"] : [])];
  const writers = prng.chance(0.5) ? processes : processes.slice(0, -1);
  const stage = new Stage(world, { stable: drawTopics(new Prng(`topics ${seed}`)), processes, writers });
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
  if (!isClear && seed % 5 === 3) await outage(stage, prng.fork("outage"));
  await end(stage);
  return judge(stage, isClear);
}

/** In half of the runs something is lost by and by: then topics are others, not more, so that each is met often. */
function drawTopics(prng: Prng): readonly StableTopic[] {
  return prng.chance(0.5) ? stableTopics : [...stableTopics.slice(0, 1), ...drawLossyTopics(prng)];
}

/** Tight limits in some runs: little room, short patience, no trust in what was read a moment ago. */
function drawEngineOptions(prng: Prng): EngineOptions {
  return {
    ...stageEngineOptions,
    segmentBytes: prng.pick([1_000, 4_000, 64_000]),
    appendBufferBytes: prng.pick([3_000, 64_000, 64_000]),
    flushesInFlight: prng.pick([1, 4]),
    appendDeadlineMs: prng.pick([2_000, 20_000, 20_000]),
    requestDeadlineMs: prng.pick([1_000, 10_000, 10_000]),
    blockCacheBytes: prng.pick([0, 2_000, 16_000]),
    topicTrustMs: prng.pick([0, 500, 5_000]),
    producerSnapshotEntries: prng.pick([2, 12, 40]),
    compaction: {
      ...stageEngineOptions.compaction,
      targetBytes: prng.pick([1_000, 6_000, 60_000]),
      ageMs: prng.pick([0, 0, 2_000, 20_000]),
      mergePages: prng.pick([2, 2, 3]),
    },
    sweep: { ...stageEngineOptions.sweep, graceMs: prng.pick([1_000, 4_000, graceMs]) },
  };
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

/** Longer than any deadline, so that all that was under way when it began ends within it, or hangs. */
const outageMs = 90_000;

async function outage(stage: Stage, prng: Prng): Promise<void> {
  const { world } = stage;
  const kind = prng.pick(["refused", "throttled", "unanswered", "frozen", "writes refused"] as const);
  world.note(() => `outage: ${kind}`);
  world.faults.add("outage");
  if (kind === "frozen") for (const life of world.lives) world.freeze(life);
  const before = world.choose;
  world.choose = (life, call) => {
    if (kind === "frozen" || (kind === "writes refused" && !isWrite(call))) return before(life, call);
    if (kind === "unanswered") return { kind: "dropped", answerMs: prng.spread(50, 5_000) };
    const failure = kind === "throttled" ? "throttled" : "unavailable";
    return { kind: "failed", failure, answerMs: prng.spread(1, 100) };
  };
  await world.scheduler.runUntil(() => false, { untilMs: world.scheduler.nowMs + outageMs, stepsMax });
}

function play(stage: Stage, prng: Prng, isClear: boolean): readonly Promise<void>[] {
  const actors = [
    ...Array.from({ length: 4 }, (_, i) => appender(stage, prng.fork(`appender ${i}`))),
    ...Array.from({ length: 2 }, (_, i) => producer(stage, prng.fork(`producer ${i}`))),
    ...Array.from({ length: 3 }, (_, i) => reader(stage, prng.fork(`reader ${i}`))),
    ...Array.from({ length: 2 }, (_, i) => tailer(stage, prng.fork(`tailer ${i}`))),
    asker(stage, prng.fork("asker")),
    admin(stage, prng.fork("admin")),
    sweeper(stage, prng.fork("sweeper")),
    sweeper(stage, prng.fork("another sweeper")),
    compactor(stage, prng.fork("compactor")),
    compactor(stage, prng.fork("another compactor")),
    purger(stage, prng.fork("purger")),
    trimmer(stage, prng.fork("trimmer")),
    calendar(stage, prng.fork("calendar"), { operations: operationsWanted, mayFreeze: !isClear }),
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
