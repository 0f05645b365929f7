/**
 * Mode (b) and (c) for consumer groups: a seed draws the weather, what happens to processes, and one or two groups whose
 * members come and go for some minutes. A quarter of the seeds is free of faults; clocks are wrong and jump in those too. In every
 * tenth seed a group is a crowd.
 */
import type { Outcome } from "../../../lib/adapters/faulty/index.ts";
import type { EngineOptions } from "../../../lib/engine/index.ts";
import { bury } from "../actors/burial.ts";
import { chaos, drawChaos, drawSkew } from "../actors/chaos.ts";
import { Crew, type CrewOptions, type Face } from "../actors/crew.ts";
import { fill } from "../actors/fill.ts";
import { interrupt } from "../actors/interruptions.ts";
import { Stage, stageEngineOptions, stepsMax } from "../actors/stage.ts";
import { Prng } from "../world/prng.ts";
import { badWeather, clearWeather, drawOutcome, type Weather } from "../world/weather.ts";
import { World } from "../world/world.ts";
import { endOfGroups, lateMsMax, slowMsMax } from "./ending-of-groups.ts";
import { membersAreKept, nothingFails, waitersHear } from "./expectations-of-groups.ts";
import { type RunOptions, type RunResult, resultOf } from "./result.ts";

const topic = { name: "orders", partitions: 5, isStamped: false, configs: {} };
const skewMs = 600_000;

/** Runs one seed to its end. */
export async function runGroups(seed: number, options: RunOptions): Promise<RunResult> {
  const isClear = seed % 4 === 0;
  const isCrowd = seed % 10 === 7;
  const world = new World({
    seed: `groups ${seed}`,
    engine: drawEngineOptions(new Prng(`groups engine ${seed}`), isClear),
    ...(options.trace && { trace: options.trace }),
  });
  const prng = world.prng.fork("setting");
  const stage = new Stage(world, { stable: [topic], processes: ["p1", "p2", "p3"] });
  await stage.setUp(() => undefined);
  const crews = Array.from(
    { length: prng.chance(0.7) ? 1 : 2 },
    (_, i) =>
      new Crew(
        stage,
        prng.fork(`crew ${i}`),
        drawCrew(prng.fork(`crew options ${i}`), `g${i}`, isCrowd && i === 0),
      ),
  );
  if (crews.some(({ isClassic }) => !isClassic)) await fill(stage, topic);
  const weather = isClear ? clearWeather : drawWeather(prng.fork("weather"));
  const network = prng.fork("network");
  world.choose = (_life, call) =>
    stage.throttling > 0 && network.chance(stage.throttling)
      ? { kind: "failed", failure: "throttled", answerMs: network.spread(1, 10) }
      : inTime(drawOutcome(call, weather, network, () => undefined));
  for (const crew of crews) crew.begin();
  for (const [i, crew] of crews.entries())
    if (crew.options.isBuried) stage.play([bury(stage, crew, prng.fork(`burial ${i}`))]);
  disturb(stage, crews, prng, isClear);
  const untilMs = world.scheduler.nowMs + prng.spread(60_000, 240_000);
  await world.scheduler.runUntil(() => false, { untilMs, stepsMax });
  if (world.scheduler.steps >= stepsMax)
    world.violated({
      invariant: "I14",
      message: `${stepsMax} events in a run: something goes round and round`,
    });
  await endOfGroups(stage, crews, {
    lateMs: weather.late > 0 ? lateMsMax : weather.slow > 0 ? slowMsMax : 0,
  });
  return resultOf(world, [
    ...(isClear ? [...nothingFails(stage), ...waitersHear(stage)] : []),
    // By stale reads alone a member can miss that it has to come back.
    ...(weather.stale === 0 ? membersAreKept(stage) : []),
  ]);
}

/** What comes late comes within minutes: to a group that is as good as never. */
function inTime(outcome: Outcome): Outcome {
  return outcome.kind === "late"
    ? { ...outcome, reachMs: Math.min(outcome.reachMs, lateMsMax - 5_000) }
    : outcome;
}

/** In half of the runs most eventual reads are stale: a group lives by them. */
function drawWeather(prng: Prng): Weather {
  return { ...badWeather(prng), stale: prng.chance(0.5) ? prng.between(0.3, 0.9) : 0 };
}

function drawEngineOptions(prng: Prng, isClear: boolean): EngineOptions {
  const { groups } = stageEngineOptions;
  return {
    ...stageEngineOptions,
    requestDeadlineMs: isClear ? 10_000 : prng.pick([2_000, 10_000, 10_000]),
    groups: {
      ...groups,
      initialRebalanceDelayMs: prng.pick([0, 0, 1_000]),
      consumerSessionMs: prng.pick([6_000, 10_000]),
      consumerHeartbeatMs: 2_000,
    },
  };
}

function drawCrew(prng: Prng, group: string, isCrowd: boolean): CrewOptions {
  const kind = prng.fork("kind");
  const faces = kind.pick(facesOfCrews);
  const isBuried = kind.chance(0.3);
  const size = isCrowd ? 20 : prng.pick([1, 2, 3, 4, 5, faces.includes("member") ? 20 : 6]);
  return {
    faces,
    isBuried,
    group,
    topic: topic.name,
    partitions: topic.partitions,
    size,
    instances: prng.chance(0.5) ? prng.below(Math.min(size, 4) + 1) : 0,
    churnMs: prng.spread(3_000, 30_000),
    commits: prng.pick([0.05, 0.3, 0.8]),
    loyalty: prng.pick([0, 0.9, 1]),
  };
}

/** Half of all groups are of kind classic; where others are, they are alone or mixed. */
const facesOfCrews: readonly (readonly Face[])[] = [
  ["member"],
  ["member"],
  ["member"],
  ["consumer"],
  ["consumer", "poller", "instance"],
  ["consumer", "poller"],
];

/** Clocks are nobody's fault: a group has to stand them at any time. */
function disturb(stage: Stage, crews: readonly Crew[], prng: Prng, isClear: boolean): void {
  const drawn = drawChaos(prng.fork("chaos options"));
  const never = Number.POSITIVE_INFINITY;
  const options = isClear
    ? { ...drawn, killMs: never, freezeMs: never, throttling: 0, jumpMs: 5_000, skewMs }
    : drawn;
  for (const process of stage.processes)
    stage.world.life(process).clock.aheadMs = drawSkew(stage, prng, options);
  stage.play(chaos(stage, prng.fork("chaos"), options));
  if (!isClear && prng.chance(0.7)) stage.play([interrupt(stage, crews, prng.fork("interruptions"))]);
}
