import type { Mutant } from "../mutate/mutant.ts";

export const commitOfAnyGeneration: Mutant = {
  name: "commit-of-any-generation",
  breaks: "who commits speaks for the present generation",
  file: "lib/engine/groups/admission.ts",
  edits: [
    {
      find: "if (state.generation !== claim.generation)",
      replace: "if (state.generation < claim.generation)",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, its member goes on" },
};
