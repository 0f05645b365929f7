import type { Mutant } from "../mutate/mutant.ts";

export const lookUpBeginsLate: Mutant = {
  name: "look-up-begins-late",
  breaks: "the look-up begins at an offset known before the first attempt of the id",
  file: "lib/engine/append/commit.ts",
  edits: [
    {
      find: "await this.#resolveUnknown(part, segment, before)",
      replace: "await this.#resolveUnknown(part, segment, await part.shard.readStrongly())",
    },
  ],
  caughtBy: ["I7"],
  hunt: { mode: "seeds" },
};
