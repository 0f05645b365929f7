/**
 * Mode (a) for two operations at once: p1 stops after each of its calls in turn (or before the first), p2 goes on up to
 * each of its own and stops there, p1 finishes, p2 finishes. p1 has a slow clock. So each operation falls into the other
 * at every place, without a fault: a topic made during a sweep, two rollers, a deletion under a writer.
 */
import { type Call, isEventualRead, type Outcome } from "../../../lib/adapters/faulty/index.ts";
import type { EngineOptions } from "../../../lib/engine/index.ts";
import { type StableTopic, Stage, stageEngineOptions } from "../actors/stage.ts";
import { sweep } from "../actors/sweep.ts";
import type { Prng } from "../world/prng.ts";
import type { Life } from "../world/process.ts";
import { chooseOk, World } from "../world/world.ts";
import { consumerDuels } from "./consumer-duels.ts";
import { end } from "./ending.ts";
import { groupDuels } from "./group-duels.ts";
import { type RunOptions, type RunResult, resultOf } from "./result.ts";
import {
  appendAsProducer,
  appendTimes,
  appendTo,
  appendToBlue,
  configure,
  create,
  createAndFill,
  fetchAll,
  grow,
  remove,
  scenarioTopics,
} from "./scenarios.ts";
import { upkeepDuels } from "./upkeep-duels.ts";

/** What one of the two does. */
export type Act = (stage: Stage, life: Life) => Promise<unknown>;

export type Duel = {
  readonly name: string;
  readonly topics?: readonly StableTopic[];
  readonly engine?: Partial<EngineOptions>;
  readonly prepare?: (stage: Stage) => Promise<unknown>;
  readonly first: Act;
  readonly second: Act;
  /** Once both have ended. */
  readonly afterwards?: (stage: Stage) => Promise<unknown>;
  /** The second does not stop: what counts is that it has done all of it. */
  readonly isSecondWhole?: boolean;
  /** Whatever is read eventually misses some of the last writes. */
  readonly hasStaleReads?: boolean;
};

const sweepOptions = { ...stageEngineOptions.sweep, graceMs: 5_000 };
const slowClockMs = -60_000;

const sweeping: Act = (stage, life) => sweep(stage.world, life);
const rolling: Act = async (stage, life) => {
  await appendTo(stage, life, [0]);
  await life.run(() => life.engine.settle());
};
const creating: Act = async (stage, life) => {
  await create(stage, life);
  await appendToBlue(stage, life, 2);
};
const growing: Act = async (stage, life) => {
  await grow(stage, life);
  await appendToBlue(stage, life, 4);
};
/** Long enough that it is this one's turn to roll too. */
const rollingAgain: Act = async (stage, life) => {
  await appendTimes(stage, life, 8);
  await life.run(() => life.engine.settle());
};
const appendNextDay: Act = (stage, life) => {
  stage.world.leap(25 * 3_600_000);
  return appendTo(stage, life, [0]);
};
const sevenCommits = (stage: Stage): Promise<unknown> => appendTimes(stage, stage.world.life("p1"), 7);

export const duels: readonly Duel[] = [
  { name: "create and append, sweep", first: creating, second: sweeping },
  { name: "grow and append, sweep", prepare: createAndFill, first: growing, second: sweeping },
  { name: "append, sweep", first: (stage, life) => appendTo(stage, life, [0, 1]), second: sweeping },
  { name: "roll, sweep", prepare: sevenCommits, first: rolling, second: sweeping },
  { name: "roll, roll", prepare: sevenCommits, first: rolling, second: rollingAgain },
  { name: "read, roll", prepare: sevenCommits, first: fetchAll, second: rollingAgain },
  { name: "create, create", first: creating, second: create },
  { name: "delete, create", prepare: createAndFill, first: remove, second: creating },
  {
    name: "append, delete",
    prepare: createAndFill,
    first: (stage, life) => appendToBlue(stage, life, 0),
    second: remove,
  },
  { name: "grow, delete", prepare: createAndFill, first: growing, second: remove },
  { name: "grow, grow", prepare: createAndFill, first: growing, second: growing },
  { name: "two batches of a producer, a day and an append", first: appendAsProducer, second: appendNextDay },
  { name: "grow, configure", prepare: createAndFill, first: growing, second: configure },
  ...upkeepDuels,
  ...groupDuels,
  ...consumerDuels,
];

/** Runs every duel with every pair of stops. */
export async function runDuels(
  options: { readonly only?: string },
  onResult: (name: string, result: RunResult) => void,
): Promise<void> {
  for (const duel of duels) {
    if (options.only !== undefined && duel.name !== options.only) continue;
    const whole = await runDuel(duel, never, never, {});
    onResult(duel.name, whole.result);
    for (let first = notBegun; first < whole.firstCalls; first++)
      for (const second of duel.isSecondWhole ? [never] : Array(whole.secondCalls).keys())
        onResult(nameOfDuel(duel, first, second), (await runDuel(duel, first, second, {})).result);
  }
}

const notBegun = -1;
const never = Number.POSITIVE_INFINITY;

export function nameOfDuel(duel: Duel, first: number, second: number): string {
  return `${duel.name}: stop after ${first} and ${second}`;
}

/** The duel and the stops of a name that `nameOfDuel` gave. */
export function duelOf(
  name: string,
): { readonly duel: Duel; readonly first: number; readonly second: number } | undefined {
  const [, duelName, first, second] = /^(.*): stop after (-?\d+) and (\d+|Infinity)$/.exec(name) ?? [];
  const duel = duels.find(candidate => candidate.name === duelName);
  return duel && { duel, first: Number(first), second: Number(second) };
}

/** Runs one duel to its end; says how many calls each side made. */
export async function runDuel(
  duel: Duel,
  firstStop: number,
  secondStop: number,
  options: RunOptions,
): Promise<{ readonly result: RunResult; readonly firstCalls: number; readonly secondCalls: number }> {
  const world = new World({
    seed: `duel ${duel.name}`,
    engine: { ...stageEngineOptions, ...duel.engine, itemTierBytes: 0, sweep: sweepOptions },
    ...(options.trace && { trace: options.trace }),
  });
  const stage = new Stage(world, { stable: duel.topics ?? scenarioTopics, processes: ["p1", "p2"] });
  await stage.setUp(process => ({ aheadMs: process === "p1" ? slowClockMs : 0 }));
  await stage.finish(world.scheduler.sleep(30_000), 30_000);
  if (duel.prepare) await stage.finish(duel.prepare(stage), 20_000);
  const [p1, p2] = [world.life("p1"), world.life("p2")];
  const calls = new Map<Life, Call[]>([
    [p1, []],
    [p2, []],
  ]);
  const stops = new Map([
    [p1, firstStop],
    [p2, secondStop],
  ]);
  const stalePrng = world.prng.fork(`stale ${firstStop} ${secondStop}`);
  world.choose = (life, call) => {
    if (isOfItemTier(call)) return chooseOk(life, call);
    const made = calls.get(life) ?? [];
    // Done at the store, and its answer not heard.
    if (made.length === stops.get(life)) world.scheduler.after(1.5, () => world.freeze(life));
    made.push(call);
    return duel.hasStaleReads && isEventualRead(call) ? staleRead(stalePrng) : chooseOk(life, call);
  };
  if (firstStop === notBegun) world.freeze(p1);
  const first = duel.first(stage, p1);
  await pause(stage, p1, first);
  const second = duel.second(stage, p2);
  await pause(stage, p2, second);
  world.thaw(p1);
  await stage.finish(first, 60_000);
  world.thaw(p2);
  stage.play([first, second].map(work => work.then(() => undefined)));
  await stage.finish(Promise.all([first, second]), 60_000);
  if (duel.afterwards) await stage.finish(duel.afterwards(stage), 10_000);
  await end(stage);
  return {
    result: resultOf(world),
    firstCalls: calls.get(p1)?.length ?? 0,
    secondCalls: calls.get(p2)?.length ?? 0,
  };
}

function staleRead(prng: Prng): Outcome {
  const seen = [1, 2, 3, 4, 5, 6, 7, 8].filter(() => prng.chance(0.6));
  return { kind: "stale", writesBehind: 8, seen, reachMs: 1, answerMs: 1 };
}

/** A sweep looks at 256 places of an item tier that nothing here writes to: none of them is worth a stop. */
function isOfItemTier(call: Call): boolean {
  return call.operation === "query" && call.query.pk.startsWith("S#");
}

/** Until the process has stopped, or has nothing left to do. */
async function pause(stage: Stage, life: Life, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  void work.then(() => {
    isDone = true;
  });
  const untilMs = stage.world.scheduler.nowMs + 60_000;
  await stage.world.scheduler.runUntil(() => isDone || life.gate.isFrozen, { untilMs, stepsMax: 10_000 });
}
