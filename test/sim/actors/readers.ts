/**
 * Readers that go through a log from its beginning or jump about in it, tailers that wait for news, and askers for
 * offsets. They go on where an answer left them, whichever process gave it.
 */
import { type FetchAnswer, OffsetOutOfRange } from "../../../lib/engine/index.ts";
import { clientTimeMs } from "../world/client.ts";
import type { Prng } from "../world/prng.ts";
import type { Stage } from "./stage.ts";

type Asked = ReturnType<Stage["pickTarget"]>;

export async function reader(stage: Stage, prng: Prng): Promise<void> {
  const positions = new Map<string, number>();
  while (!stage.isOver) {
    await stage.pause(prng.spread(5, 3_000));
    const life = stage.pickLife(prng);
    if (life === undefined || stage.isOver) continue;
    const targets = pickTargets(stage, prng, prng.chance(0.8) ? 1 : 3);
    const asked = targets.map(target => ({
      ...target,
      offset: pickOffset(prng, positions.get(nameOf(target)) ?? 0),
      bytesMax: prng.pick([1, 300, 2_000, 100_000]),
    }));
    const answers = await stage.client.fetch(life, asked, {
      waitMsMax: 0,
      bytesMin: 1,
      bytesMax: prng.pick([400, 5_000, 1_000_000]),
    });
    answers?.forEach((answer, i) => {
      const target = targets[i];
      if (target === undefined) return;
      const at = asked[i]?.offset ?? 0;
      if (answer.kind === "records") positions.set(nameOf(target), answer.nextOffset);
      // What is damaged may stay so: it looks further on.
      else if (answer.error.name === "RecordsCorrupt") positions.set(nameOf(target), at + 1);
      else if (answer.error instanceof OffsetOutOfRange && at < answer.error.logStartOffset)
        positions.set(nameOf(target), answer.error.logStartOffset);
    });
  }
}

function pickTargets(stage: Stage, prng: Prng, count: number): readonly Asked[] {
  const targets = new Map<string, Asked>();
  for (let i = 0; i < count; i++) {
    const target = stage.pickTarget(prng);
    targets.set(`${target.topic}/${target.partition}`, target);
  }
  return [...targets.values()];
}

/** Mostly on, sometimes back, sometimes past the end. */
function pickOffset(prng: Prng, position: number): number {
  const draw = prng.number();
  if (draw < 0.55) return position;
  if (draw < 0.7) return 0;
  return draw < 0.95 ? prng.below(position + 1) : position + prng.below(6);
}

export async function tailer(stage: Stage, prng: Prng): Promise<void> {
  const target = stage.pickTarget(prng);
  let position = 0;
  while (!stage.isOver) {
    await stage.pause(prng.spread(1, 500));
    const life = stage.pickLife(prng);
    if (life === undefined || stage.isOver) continue;
    const answers: readonly FetchAnswer[] | undefined = await stage.client.fetch(
      life,
      [{ ...target, offset: position, bytesMax: 10_000 }],
      {
        waitMsMax: Math.floor(prng.spread(200, 8_000)),
        bytesMin: prng.pick([1, 1, 2_000]),
        bytesMax: 10_000,
      },
    );
    const [answer] = answers ?? [];
    if (answer?.kind === "records") position = answer.nextOffset;
  }
}

export async function asker(stage: Stage, prng: Prng): Promise<void> {
  while (!stage.isOver) {
    await stage.pause(prng.spread(50, 5_000));
    const life = stage.pickLife(prng);
    if (life === undefined || stage.isOver) continue;
    const { topicId: _byNameOnly, log, ...target } = stage.pickTarget(prng);
    // Offsets are asked for by name: of a name that is used again nobody knows which log answers.
    const asked = log === target.topic ? { ...target, log } : target;
    const draw = prng.number();
    if (draw < 0.4) await stage.client.offset(life, asked, { kind: "latest" });
    else if (draw < 0.5) await stage.client.offset(life, asked, { kind: "earliest" });
    else if (draw < 0.7) await stage.client.offset(life, asked, { kind: "maxTimestamp" });
    else {
      const timestampMs = clientTimeMs(stage.world) - prng.below(120_000);
      await stage.client.offset(life, asked, { kind: "atTime", timestampMs });
    }
  }
}

function nameOf(target: Asked): string {
  return `${target.log ?? target.topic}/${target.partition}`;
}
