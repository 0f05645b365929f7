import type { Mutant } from "../mutate/mutant.ts";

export const lastValueSuperseded: Mutant = {
  name: "last-value-superseded",
  breaks: "a value goes when its key has a later one",
  file: "lib/engine/cleaning/judge.ts",
  edits: [
    {
      find: "if (lastOffsets.get(key) > offset) return false;",
      replace: "if (lastOffsets.get(key) >= offset) return false;",
    },
  ],
  caughtBy: ["I1", "I6"],
  hunt: { mode: "exhaustive", only: "compact by key" },
};
