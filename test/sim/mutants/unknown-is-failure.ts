import type { Mutant } from "../mutate/mutant.ts";

export const unknownIsFailure: Mutant = {
  name: "unknown-is-failure",
  breaks: "a definite failure is told only when nothing was appended and nothing will be",
  file: "lib/engine/append/commit.ts",
  edits: [
    {
      find: 'if (error instanceof OutcomeUnknown) return "unknown";',
      replace: 'if (error instanceof OutcomeUnknown) throw new AppendFailed("no answer");',
    },
  ],
  caughtBy: ["I7"],
  hunt: { mode: "seeds" },
};
