import type { Mutant } from "../mutate/mutant.ts";

export const commitOfAnyEpoch: Mutant = {
  name: "commit-of-any-epoch",
  breaks: "only who is in its epoch may commit",
  file: "lib/engine/groups/admission.ts",
  edits: [
    {
      find: "if (epoch !== claim.generation)",
      replace: 'if (typeof epoch !== "number")',
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, hand-over" },
};
