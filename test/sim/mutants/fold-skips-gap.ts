import type { Mutant } from "../mutate/mutant.ts";

export const foldSkipsGap: Mutant = {
  name: "fold-skips-gap",
  breaks: "a fold is contiguous: entries that it has not seen are read before it goes on",
  file: "lib/engine/producers/fold.ts",
  edits: [
    {
      find: "      return false;\n",
      replace: "",
    },
  ],
  caughtBy: ["I4", "I3", "I7", "I12", "bug"],
  hunt: { mode: "seeds" },
};
