import type { Mutant } from "../mutate/mutant.ts";

export const retryWithoutFence: Mutant = {
  name: "retry-without-fence",
  breaks: "an attempt of unknown outcome is fenced off before the batch moves to a new id",
  file: "lib/engine/append/commit.ts",
  edits: [
    {
      find: "const image = await this.#fence(part, segment.id, deadlineMs);",
      replace: 'const image = present(await part.shard.readStrongly(), "the sequencer");',
    },
  ],
  caughtBy: ["I7"],
  hunt: { mode: "seeds" },
};
