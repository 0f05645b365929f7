/**
 * What happens to processes and to the network as a whole: kills and new lives, freezes of minutes (most of all between
 * a PUT and its commit), clocks that are wrong and jump, everything throttled for half a minute and then half of it.
 */
import type { WireEvent } from "../../../lib/adapters/faulty/index.ts";
import { kindOfCall } from "../world/calls.ts";
import type { Prng } from "../world/prng.ts";
import type { Life } from "../world/process.ts";
import { processOf, type Stage } from "./stage.ts";

export type ChaosOptions = {
  /** Mean time between kills, freezes and jumps of clocks, ms; Infinity: never. */
  readonly killMs: number;
  readonly freezeMs: number;
  readonly jumpMs: number;
  /** Probability that a run has a full throttling. */
  readonly throttling: number;
  /** How far clocks may be off, ms. */
  readonly skewMs: number;
};

/** Ten minutes either way, ms. */
const skewMsMax = 600_000;

export function drawChaos(prng: Prng): ChaosOptions {
  const meanOrNever = (from: number, to: number): number =>
    prng.chance(0.7) ? prng.spread(from, to) : Number.POSITIVE_INFINITY;
  return {
    killMs: meanOrNever(4_000, 60_000),
    freezeMs: meanOrNever(10_000, 80_000),
    jumpMs: meanOrNever(10_000, 60_000),
    throttling: 0.3,
    skewMs: prng.pick([0, 50, 30_000, skewMsMax]),
  };
}

/** How far the clock of a new life is ahead. */
export function drawSkew(stage: Stage, prng: Prng, options: ChaosOptions): number {
  const aheadMs = options.skewMs === 0 ? 0 : prng.between(-options.skewMs, options.skewMs);
  if (Math.abs(aheadMs) > 60_000) stage.world.rows.add(20);
  return aheadMs;
}

export function chaos(stage: Stage, prng: Prng, options: ChaosOptions): readonly Promise<void>[] {
  return [
    every(stage, prng, options.killMs, () => killOne(stage, prng, options)),
    every(stage, prng, options.freezeMs, () => freezeOne(stage, prng)),
    every(stage, prng, options.jumpMs, () => jumpOne(stage, prng, options)),
    prng.chance(options.throttling) ? throttle(stage, prng) : Promise.resolve(),
  ];
}

async function every(
  stage: Stage,
  prng: Prng,
  meanMs: number,
  act: () => Promise<void> | void,
): Promise<void> {
  if (meanMs === Number.POSITIVE_INFINITY) return;
  while (!stage.isOver) {
    await stage.world.scheduler.sleep(prng.spread(meanMs / 4, meanMs * 2));
    if (!stage.isOver) await act();
  }
}

async function killOne(stage: Stage, prng: Prng, options: ChaosOptions): Promise<void> {
  const life = stage.pickLife(prng);
  if (life === undefined) return;
  const lost = prng.pick([0, 0.5, 1]);
  stage.world.kill(life, () => prng.chance(lost));
  await stage.world.scheduler.sleep(prng.spread(10, 20_000));
  restart(stage, prng, options, processOf(life));
}

function restart(stage: Stage, prng: Prng, options: ChaosOptions, process: string): void {
  if (!stage.isOver && stage.world.life(process).isDead)
    stage.world.start(process, { aheadMs: drawSkew(stage, prng, options), ...tierOf(process) });
}

/** Processes differ in which tier they prefer. */
export function tierOf(process: string): { readonly engine: { readonly itemTierBytes: number } } {
  const bytes = process.endsWith("1") ? 600 : process.endsWith("2") ? 0 : 2_048;
  return { engine: { itemTierBytes: bytes } };
}

/** Now, or in the moment when its next segment is stored and the answer is on its way. */
async function freezeOne(stage: Stage, prng: Prng): Promise<void> {
  const life = stage.pickLife(prng);
  if (life === undefined || life.gate.isFrozen) return;
  if (prng.chance(0.7)) {
    const isPut = (event: WireEvent): boolean =>
      event.kind === "done" && kindOfCall(event.call) === "segment put";
    await Promise.race([stage.world.happens(life, isPut), stage.world.scheduler.sleep(20_000)]);
  }
  if (life.isDead || stage.isOver) return;
  stage.world.freeze(life);
  stage.world.faults.add("process frozen");
  void thawLater(stage, prng, life);
}

async function thawLater(stage: Stage, prng: Prng, life: Life): Promise<void> {
  await stage.world.scheduler.sleep(prng.spread(1_000, 300_000));
  if (!life.isDead) stage.world.thaw(life);
}

function jumpOne(stage: Stage, prng: Prng, options: ChaosOptions): void {
  const life = stage.pickLife(prng);
  if (life === undefined || options.skewMs === 0) return;
  life.clock.aheadMs = drawSkew(stage, prng, options);
  stage.world.faults.add("clock jumped");
  stage.world.note(() => `the clock of ${life.name} jumps to ${Math.round(life.clock.aheadMs)} ms ahead`);
}

/** Everything for 30 s, then half of it. */
async function throttle(stage: Stage, prng: Prng): Promise<void> {
  await stage.world.scheduler.sleep(prng.spread(1_000, 60_000));
  if (stage.isOver) return;
  stage.world.rows.add(13);
  for (const rate of [1, 0.5]) {
    stage.world.note(() => `throttled: ${rate}`);
    stage.throttling = rate;
    await stage.world.scheduler.sleep(30_000);
  }
  stage.throttling = 0;
}
