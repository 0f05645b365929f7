import type { Mutant } from "../mutate/mutant.ts";

export const epochNotFenced: Mutant = {
  name: "epoch-not-fenced",
  breaks: "an older epoch is out once a newer one wrote",
  file: "lib/engine/producers/decide.ts",
  edits: [
    {
      find: "if (producerEpoch < state.epoch)",
      replace: "if (producerEpoch < state.epoch - 1000)",
    },
  ],
  caughtBy: ["I4", "I3"],
  hunt: { mode: "seeds" },
};
