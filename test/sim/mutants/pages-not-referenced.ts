import type { Mutant } from "../mutate/mutant.ts";

export const pagesNotReferenced: Mutant = {
  name: "pages-not-referenced",
  breaks: "what committed pages list above the frontier is kept",
  file: "lib/engine/sweep/references.ts",
  edits: [
    {
      find: "        if (end > from) this.#add(segmentId, tier);",
      replace: "        void [segmentId, tier];",
    },
  ],
  caughtBy: ["I10"],
  hunt: { mode: "duels", only: "roll, sweep" },
};
