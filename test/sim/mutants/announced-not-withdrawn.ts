import type { Mutant } from "../mutate/mutant.ts";

export const announcedNotWithdrawn: Mutant = {
  name: "announced-not-withdrawn",
  breaks: "a sweep withdraws what is announced, or counts its object as one that is referred to",
  file: "lib/engine/sweep/references.ts",
  edits: [
    {
      find: "if (timeOf(objectId) >= this.#beforeMs) continue;",
      replace: "if (timeOf(objectId) >= 0) continue;",
    },
  ],
  caughtBy: ["I6", "I10"],
  hunt: { mode: "duels", only: "merge, sweep" },
};
