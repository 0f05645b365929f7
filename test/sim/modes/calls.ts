/**
 * How often the engine calls: a poll that waits for half a minute where nothing happens costs few looks, and one that
 * news reaches ends soon (check 28); while the stores throttle everything, waiting appends ask little (check 13).
 */
import { Stage, stageEngineOptions } from "../actors/stage.ts";
import { kindOfCall } from "../world/calls.ts";
import { chooseOk, World } from "../world/world.ts";
import { end } from "./ending.ts";
import { type RunOptions, type RunResult, resultOf } from "./result.ts";
import { scenarioTopics } from "./scenarios.ts";

const waitMs = 30_000;
/** Pauses double from the first to the largest: these looks, and as many again for other reasons. */
const looksMax = 2 * (waitMs / stageEngineOptions.watchPauseMsMax + 6);

export async function runQuietPoll(options: RunOptions): Promise<RunResult> {
  const world = new World({
    seed: "quiet poll",
    engine: stageEngineOptions,
    ...(options.trace && { trace: options.trace }),
  });
  const stage = new Stage(world, { stable: scenarioTopics, processes: ["p1", "p2"] });
  await stage.setUp(() => undefined);
  const life = world.life("p2");
  let looks = 0;
  world.choose = (asking, call) => {
    if (asking === life && kindOfCall(call) === "sequencer get") looks++;
    return chooseOk(asking, call);
  };
  const asked = [{ topic: "log", log: "log", partition: 0, offset: 0, bytesMax: 1_000 }];
  const poll = { waitMsMax: waitMs, bytesMin: 1, bytesMax: 1_000 };
  await stage.finish(stage.client.fetch(life, asked, poll), waitMs + 5_000);
  if (looks > looksMax)
    world.violated({
      invariant: "I12",
      message: `a poll of ${waitMs} ms where nothing happened looked ${looks} times, ${looksMax} are enough`,
    });
  const heard = stage.client.fetch(life, asked, poll);
  await stage.finish(world.scheduler.sleep(10_000), 10_000);
  const batches = [[{ value: world.nextValue(), timestampMs: 1, paddingBytes: 1 }]];
  const target = { topic: "log", log: "log", partition: 0, batches };
  await stage.finish(stage.client.append(world.life("p1"), [target]), 5_000);
  if (!(await stage.finish(heard, 2 * stageEngineOptions.watchPauseMsMax)))
    world.violated({ invariant: "I12", message: "a poll did not hear of an append by another process" });
  stage.play([heard.then(() => undefined)]);
  await end(stage);
  return resultOf(world);
}

const throttledMs = 15_000;
const appendsAtOnce = 20;
/** Pauses double up to 2 s, with jitter: some 25 calls for each flush on its way, and as many for a slow start. */
const throttledCallsMax = 50 * stageEngineOptions.flushesInFlight;

export async function runThrottledAppends(options: RunOptions): Promise<RunResult> {
  const world = new World({
    seed: "throttled appends",
    engine: stageEngineOptions,
    ...(options.trace && { trace: options.trace }),
  });
  const stage = new Stage(world, { stable: scenarioTopics, processes: ["p1", "p2"] });
  await stage.setUp(() => undefined);
  let calls = 0;
  world.choose = () => {
    calls++;
    return { kind: "failed", failure: "throttled", answerMs: 1 };
  };
  const life = world.life("p1");
  const appends = Array.from({ length: appendsAtOnce }, async (_, i) => {
    await world.scheduler.sleep(20 * i);
    const batches = [[{ value: world.nextValue(), timestampMs: 1, paddingBytes: 100 }]];
    return stage.client.append(life, [{ topic: "log", log: "log", partition: i % 3, batches }]);
  });
  await world.scheduler.runUntil(() => false, {
    untilMs: world.scheduler.nowMs + throttledMs,
    stepsMax: 100_000,
  });
  if (calls > throttledCallsMax)
    world.violated({
      invariant: "I13",
      message: `${appendsAtOnce} appends made ${calls} calls in ${throttledMs} ms of throttling, ${throttledCallsMax} are enough`,
    });
  stage.play(appends.map(append => append.then(() => undefined)));
  world.choose = chooseOk;
  const answers = Promise.all(appends);
  if (!(await stage.finish(answers, 10_000)))
    world.violated({ invariant: "I12", message: "appends did not end when throttling had" });
  for (const [answer] of (await answers).map(list => list ?? []))
    if (answer?.kind !== "appended")
      world.violated({
        invariant: "I12",
        message: `an append failed after throttling: ${answer?.error.message}`,
      });
  await end(stage);
  return resultOf(world);
}
