/**
 * Mode (a): each await of an operation meets each outcome, one run for each; where it pays, pairs of them. The operation
 * is run once without faults to count its calls; a fault may lead to more, which the second fault of a pair then hits.
 */
import { type Call, isEventualRead, isWrite, type Outcome } from "../../../lib/adapters/faulty/index.ts";
import { Stage, stageEngineOptions } from "../actors/stage.ts";
import { sweep } from "../actors/sweep.ts";
import { type CallKind, kindOfCall, showCall } from "../world/calls.ts";
import type { Life } from "../world/process.ts";
import { World } from "../world/world.ts";
import { allScenarios } from "./all-scenarios.ts";
import { end } from "./ending.ts";
import { type FaultName, faultNames } from "./fault-names.ts";
import { type RunOptions, type RunResult, resultOf } from "./result.ts";
import { compete, type Scenario, scenarioTopics } from "./scenarios.ts";

/** Which call of the operation is hit, by its number, and how. */
export type Hit = { readonly call: number; readonly fault: FaultName };
export type Case = { readonly scenario: Scenario; readonly hits: readonly Hit[] };

const times = { reachMs: 1, answerMs: 1 };
/** How long p1 is frozen, ms: others write, and a sweep passes, meanwhile. */
const frozenMs = 120_000;

export function nameOfCase({ scenario, hits }: Case): string {
  return `${scenario.name}: ${hits.map(hit => `call ${hit.call} ${hit.fault}`).join(", ") || "no fault"}`;
}

/** Runs every case, calling back for each. `pairs`: also two faults at once where the scenario says so. */
export async function runExhaustive(
  options: { readonly pairs: boolean; readonly only?: string },
  onResult: (name: string, result: RunResult) => void,
): Promise<void> {
  for (const scenario of allScenarios) {
    if (options.only !== undefined && scenario.name !== options.only) continue;
    const clean = await runCase({ scenario, hits: [] }, {});
    onResult(nameOfCase({ scenario, hits: [] }), clean.result);
    for (const first of hitsOf(clean.calls, 0, scenario)) {
      const single: Case = { scenario, hits: [first] };
      const after = await runCase(single, {});
      onResult(nameOfCase(single), after.result);
      if (!options.pairs || !scenario.inPairs) continue;
      for (const second of hitsOf(after.calls, first.call + 1, scenario)) {
        const pair: Case = { scenario, hits: [first, second] };
        onResult(nameOfCase(pair), (await runCase(pair, {})).result);
      }
    }
  }
}

/** The case of a name that `nameOfCase` gave. */
export function caseOf(name: string): Case | undefined {
  const [scenarioName = "", list = ""] = name.split(": ");
  const scenario = allScenarios.find(candidate => candidate.name === scenarioName);
  const hits = [...list.matchAll(/call (\d+) (.+?)(?=, call \d|$)/g)].map(([, call, fault]) => ({
    call: Number(call),
    fault: fault as FaultName,
  }));
  return scenario && { scenario, hits };
}

function hitsOf(calls: readonly Call[], from: number, { faults = faultNames }: Scenario): readonly Hit[] {
  return calls.flatMap((call, index) =>
    index < from
      ? []
      : faults.filter(fault => isApplicable(call, fault)).map(fault => ({ call: index, fault })),
  );
}

function isApplicable(call: Call, fault: FaultName): boolean {
  switch (fault) {
    case "conflict":
      return call.port === "objects" && call.operation === "put";
    case "stale":
      return isEventualRead(call);
    case "short":
      return call.operation === "query" || call.operation === "list";
    case "damaged":
      return call.port === "objects" && call.operation === "get";
    case "late by a little":
    case "late after others":
    case "killed, call late":
      return isWrite(call);
    default:
      return true;
  }
}

/** Runs one case to its end. `calls`: what p1 called during the operation. */
export async function runCase(
  { scenario, hits }: Case,
  options: RunOptions,
): Promise<{ readonly result: RunResult; readonly calls: readonly Call[] }> {
  const world = new World({
    seed: `exhaustive ${scenario.name}`,
    engine: {
      ...stageEngineOptions,
      ...scenario.engine,
      itemTierBytes: scenario.itemTierBytes,
      watchPauseMs: 200,
      sweep: { ...stageEngineOptions.sweep, graceMs: 5_000 },
    },
    ...(options.trace && { trace: options.trace }),
  });
  const stage = new Stage(world, { stable: scenario.topics ?? scenarioTopics, processes: ["p1", "p2"] });
  await stage.setUp(() => undefined);
  if (scenario.prepare) await stage.finish(scenario.prepare(stage), 20_000);
  await stage.finish(settleAll(stage), 10_000);
  const calls: Call[] = [];
  const subject = world.life("p1");
  let isInTrouble = false;
  /** Calls of a kind that go wrong from now on, until faults stop. */
  const lastingFaults = new Map<CallKind, FaultName>();
  world.choose = (life, call) => {
    if (life !== subject || isOfItemTier(call)) return { kind: "ok", ...times };
    const hit = hits.find(candidate => candidate.call === calls.length);
    calls.push(call);
    const lasting = isInTrouble ? lastingFaults.get(kindOfCall(call)) : undefined;
    if (lasting !== undefined) return outcomeOf(stage, life, call, lasting);
    if (hit === undefined || !isApplicable(call, hit.fault)) return { kind: "ok", ...times };
    if (hit.fault.endsWith("from now on")) lastingFaults.set(kindOfCall(call), hit.fault);
    world.note(() => `FAULT ${hit.fault} at call ${hit.call}: ${showCall(call)}`);
    if (!isInTrouble) stage.play([afterwards(stage)]);
    isInTrouble = true;
    return outcomeOf(stage, life, call, hit.fault);
  };
  const acting = scenario.act(stage, subject);
  await stage.finish(Promise.race([acting, subject.run(() => new Promise(() => undefined))]), 200_000);
  stage.play([acting.then(() => undefined)]);
  await end(stage);
  return {
    calls,
    result: resultOf(world),
  };
}

/** A sweep looks at 256 places of the item tier, one like the other. */
function isOfItemTier(call: Call): boolean {
  return call.operation === "query" && call.query.pk.startsWith("S#");
}

function settleAll(stage: Stage): Promise<unknown> {
  return Promise.all(stage.world.lives.map(life => life.run(() => life.engine.settle())));
}

/** While p1 is in trouble: others write and roll, then a sweep passes that dates p1's segments old. */
async function afterwards(stage: Stage): Promise<void> {
  const { world } = stage;
  await world.scheduler.sleep(20);
  await compete(stage);
  await world.scheduler.sleep(30_000);
  await sweep(world, world.life("p2"));
}

function outcomeOf(stage: Stage, life: Life, call: Call, fault: FaultName): Outcome {
  const { world } = stage;
  const later = (run: () => void): void => void world.scheduler.after(0, run);
  switch (fault) {
    case "unavailable":
    case "conflict":
    case "throttled":
      return { kind: "failed", failure: fault, answerMs: 1 };
    case "unavailable from now on":
      return { kind: "failed", failure: "unavailable", answerMs: 1 };
    case "answer lost":
    case "answers lost from now on":
      return { kind: "answerLost", reachMs: 1, answerMs: 1_000 };
    case "dropped":
    case "unanswered from now on":
      return { kind: "dropped", answerMs: 1_000 };
    case "late by a little":
      return { kind: "late", answerMs: 10, reachMs: 12 };
    case "late after others":
      return { kind: "late", answerMs: 500, reachMs: 50_000 };
    case "killed, call lost":
      later(() => world.kill(life, () => true));
      return { kind: "dropped", answerMs: 1_000 };
    case "killed, call done":
      later(() => world.kill(life, () => false));
      return { kind: "ok", ...times };
    case "killed, call late":
      later(() => world.kill(life, () => false));
      return { kind: "late", answerMs: 1, reachMs: 50_000 };
    case "frozen":
      world.scheduler.after(1.5, () => world.freeze(life));
      world.scheduler.after(frozenMs, () => world.thaw(life));
      return { kind: "ok", ...times };
    case "slow":
      return { kind: "ok", reachMs: 1, answerMs: 30_000 };
    case "stale":
      return { kind: "stale", writesBehind: 3, ...times };
    case "short":
      return { kind: "short", count: 1, ...times };
    case "damaged":
      return call.port === "objects" && call.operation === "get"
        ? { kind: "damaged", damage: { kind: "bitFlipped", at: (call.range?.start ?? 0) + 20 }, ...times }
        : { kind: "ok", ...times };
  }
}
