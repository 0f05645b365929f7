/**
 * The calendar leaps: by more than the day after which a log forgets its producers, or by less. All clocks leap together and
 * no timer does, so that nobody waits for it and nothing times out; what was under way before arrives after. Among faults a
 * process sleeps through it, most of all between a PUT and its commit: others write before yesterday's segment is ordered.
 */
import type { WireEvent } from "../../../lib/adapters/faulty/index.ts";
import { kindOfCall } from "../world/calls.ts";
import type { Prng } from "../world/prng.ts";
import type { Stage } from "./stage.ts";

const hourMs = 3_600_000;
/** A day, and more than clocks are ever apart; or so little that all leaps of a run together are no day. */
const leapsMs = [25 * hourMs, 25 * hourMs, 25 * hourMs, 6 * hourMs] as const;
const leapsMax = 2;

export type CalendarOptions = {
  /** Of the run: the leaps are somewhere in it. */
  readonly operations: number;
  readonly mayFreeze: boolean;
};

/** Leaps while the run goes on; in most runs at least once. */
export async function calendar(stage: Stage, prng: Prng, options: CalendarOptions): Promise<void> {
  const { history, scheduler } = stage.world;
  const moments = Array.from({ length: prng.below(leapsMax + 1) }, () => prng.below(options.operations));
  for (const moment of moments.sort((a, b) => a - b)) {
    while (!stage.isOver && history.operations < moment) await scheduler.sleep(prng.spread(20, 500));
    if (stage.isOver) return;
    if (options.mayFreeze && prng.chance(0.6)) await sleepThrough(stage, prng);
    else stage.world.leap(prng.pick(leapsMs));
  }
}

async function sleepThrough(stage: Stage, prng: Prng): Promise<void> {
  const { world } = stage;
  const life = stage.pickWriter(prng);
  if (life === undefined) return;
  const isPut = (event: WireEvent): boolean =>
    event.kind === "done" && kindOfCall(event.call) === "segment put";
  await Promise.race([world.happens(life, isPut), world.scheduler.sleep(5_000)]);
  if (stage.isOver) return;
  world.freeze(life);
  world.leap(prng.pick(leapsMs));
  await world.scheduler.sleep(prng.spread(50, 5_000));
  if (!life.isDead) world.thaw(life);
}
