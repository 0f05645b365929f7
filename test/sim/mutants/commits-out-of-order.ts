import type { Mutant } from "../mutate/mutant.ts";

export const commitsOutOfOrder: Mutant = {
  name: "commits-out-of-order",
  breaks: "the commits of one shard by one process keep the order of its flushes",
  file: "lib/engine/append/flush.ts",
  edits: [
    {
      find: "this.#inOrder.run(part.shard.key.pk, async () => {",
      replace: "this.#inOrder.run({} as never, async () => {",
    },
  ],
  caughtBy: ["I4"],
  hunt: { mode: "seeds" },
};
