import type { Mutant } from "../mutate/mutant.ts";

export const duplicatesForgotten: Mutant = {
  name: "duplicates-forgotten",
  breaks: "what a partition remembers of a producer has its last batches, not only the next sequence",
  file: "lib/engine/producers/decide.ts",
  edits: [
    {
      find: 'if (baseOffset !== undefined) return { kind: "duplicate", baseOffset };',
      replace: 'if (baseOffset !== undefined) return { kind: "append" };',
    },
  ],
  caughtBy: ["I4", "I7"],
  hunt: { mode: "seeds" },
};
