import type { Mutant } from "../mutate/mutant.ts";

export const rollOfASubset: Mutant = {
  name: "roll-of-a-subset",
  breaks: "a roll takes all live entries of its image or an oldest prefix",
  file: "lib/engine/roll/choose.ts",
  edits: [
    {
      find: "const rolled = image.live.slice(0, limits.rollEntriesMax);",
      replace: "const rolled = image.live.slice(1, limits.rollEntriesMax);",
    },
  ],
  caughtBy: ["I2", "I3", "I6"],
  hunt: { mode: "seeds" },
};
