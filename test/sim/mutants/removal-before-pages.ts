import type { Mutant } from "../mutate/mutant.ts";

export const removalBeforePages: Mutant = {
  name: "removal-before-pages",
  breaks: "link, then drop: all pages of a roll are written before its entries are removed",
  file: "lib/engine/roll/apply.ts",
  edits: [
    {
      find: "  await Promise.all(\n    plan.pages.map",
      replace: "  void Promise.allSettled(\n    plan.pages.map",
    },
  ],
  caughtBy: ["I6", "I10", "I12"],
  hunt: { mode: "seeds" },
};
