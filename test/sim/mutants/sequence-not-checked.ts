import type { Mutant } from "../mutate/mutant.ts";

export const sequenceNotChecked: Mutant = {
  name: "sequence-not-checked",
  breaks: "a batch is appended only when its sequence is the next",
  file: "lib/engine/producers/decide.ts",
  edits: [
    {
      find: 'if (firstSequence === expected) return { kind: "append" };',
      replace: 'if (firstSequence >= expected) return { kind: "append" };',
    },
  ],
  caughtBy: ["I4"],
  hunt: { mode: "seeds" },
};
