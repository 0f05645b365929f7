import type { Mutant } from "../mutate/mutant.ts";

export const gapFromStaleFold: Mutant = {
  name: "gap-from-stale-fold",
  breaks: "what seems to be missing is looked for strongly before a batch is refused",
  file: "lib/engine/producers/producers.ts",
  edits: [
    {
      find: "if (!plan.leftOut.some(isPerhapsOld)) return",
      replace: "if (plan.leftOut.length >= 0) return",
    },
  ],
  caughtBy: ["I4"],
  hunt: { mode: "seeds" },
};
