/**
 * What groups fear most, at the moment when they fear it: a process stops between looking whether a member may commit and
 * writing it, while somebody leaves; it is killed with members in its barrier; it sleeps over the answer that told it who is
 * there.
 */
import type { Call, WireEvent } from "../../../lib/adapters/faulty/index.ts";
import { kindOfCall } from "../world/calls.ts";
import type { Prng } from "../world/prng.ts";
import type { Life } from "../world/process.ts";
import type { Crew } from "./crew.ts";
import { processOf, type Stage } from "./stage.ts";

export async function interrupt(stage: Stage, crews: readonly Crew[], prng: Prng): Promise<void> {
  const { scheduler } = stage.world;
  while (!stage.isOver) {
    await scheduler.sleep(prng.spread(3_000, 30_000));
    const life = stage.pickLife(prng);
    if (life === undefined || life.gate.isFrozen || stage.isOver) continue;
    const draw = prng.number();
    if (draw < 0.3) await killInBarrier(stage, prng, life);
    else if (draw < 0.6) await freezeAfter(stage, prng, life, isLookAtMembers, prng.spread(8_000, 60_000));
    else {
      const freezing = freezeAfter(stage, prng, life, isLookAtState, prng.spread(2_000, 9_000));
      const { members } = prng.pick(crews);
      if (members.length > 1) prng.pick(members).leave();
      await freezing;
    }
  }
}

async function killInBarrier(stage: Stage, prng: Prng, life: Life): Promise<void> {
  const { world } = stage;
  for (let looks = 0; life.joining === 0 && looks < 50; looks++) await world.scheduler.sleep(100);
  if (life.joining === 0 || life.isDead || stage.isOver) return;
  const lost = prng.pick([0, 0.5, 1]);
  world.kill(life, () => prng.chance(lost));
  await world.scheduler.sleep(prng.spread(10, 10_000));
  const process = processOf(life);
  if (!stage.isOver && world.life(process).isDead) world.start(process, { aheadMs: life.clock.aheadMs });
}

async function freezeAfter(
  stage: Stage,
  prng: Prng,
  life: Life,
  isIt: (call: Call) => boolean,
  ms: number,
): Promise<void> {
  const { world } = stage;
  // Sent, and so under way: it is answered while nobody hears.
  const isSent = (event: WireEvent): boolean => event.kind === "sent" && isIt(event.call);
  await Promise.race([world.happens(life, isSent), world.scheduler.sleep(10_000)]);
  if (life.isDead || stage.isOver) return;
  world.freeze(life);
  world.faults.add("process frozen");
  await world.scheduler.sleep(ms * prng.between(0.5, 1));
  if (!life.isDead) world.thaw(life);
}

function isLookAtState(call: Call): boolean {
  if (kindOfCall(call) !== "group read" || call.port !== "items") return false;
  return call.operation === "get" && call.options.consistent && call.key.sk === "state";
}

function isLookAtMembers(call: Call): boolean {
  return kindOfCall(call) === "group read" && call.operation === "query";
}
