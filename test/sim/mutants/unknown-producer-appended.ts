import type { Mutant } from "../mutate/mutant.ts";

export const unknownProducerAppended: Mutant = {
  name: "unknown-producer-appended",
  breaks: "a producer that is not known begins with sequence 0",
  file: "lib/engine/producers/decide.ts",
  edits: [
    {
      find: "return firstSequence === 0\n",
      replace: "return firstSequence >= 0\n",
    },
  ],
  caughtBy: ["I3", "I4"],
  hunt: { mode: "seeds" },
};
