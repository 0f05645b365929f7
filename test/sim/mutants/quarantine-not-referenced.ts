import type { Mutant } from "../mutate/mutant.ts";

export const quarantineNotReferenced: Mutant = {
  name: "quarantine-not-referenced",
  breaks: "a sweep keeps what is in quarantine",
  file: "lib/engine/sweep/references.ts",
  edits: [
    {
      find: "      this.#add(chunk.segmentId, chunk.tier);",
      replace: "      void chunk;",
    },
  ],
  caughtBy: ["I1"],
  hunt: { mode: "seeds" },
};
