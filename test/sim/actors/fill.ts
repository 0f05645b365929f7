/**
 * Fills a topic with small batches before anything goes wrong, for those who read it in groups.
 */
import { assert, present } from "../../../lib/std/index.ts";
import { worldStartMs } from "../world/process-clock.ts";
import { requestOf } from "../world/requests.ts";
import type { StableTopic, Stage } from "./stage.ts";

/** Records of each partition. */
export const recordsEach = 40;

export async function fill(stage: Stage, { name, partitions }: StableTopic): Promise<void> {
  const life = present(stage.world.lives[0], "a process");
  const requests = Array.from({ length: partitions }, (_, partition) => {
    const record = () => ({ value: stage.world.nextValue(), timestampMs: worldStartMs, paddingBytes: 20 });
    const batches = Array.from({ length: recordsEach }, () => [record()]);
    return requestOf({ topic: name, log: name, partition, batches });
  });
  await stage.finish(
    life
      .run(() => life.engine.append(requests))
      .then(answers => {
        assert(
          Array.isArray(answers) && answers.every(({ kind }) => kind === "appended"),
          "the topic is filled",
        );
      }),
    10_000,
  );
}
