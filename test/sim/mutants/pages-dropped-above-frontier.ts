import type { Mutant } from "../mutate/mutant.ts";

export const pagesDroppedAboveFrontier: Mutant = {
  name: "pages-dropped-above-frontier",
  breaks: "committed pages go when they are below the frontier or the log start",
  file: "lib/engine/retention/drop-pages.ts",
  edits: [
    {
      find: "  const to = offset(Math.max(head.frontier, head.start));",
      replace: "  const to = head.next;",
    },
  ],
  caughtBy: ["I6", "I10"],
  hunt: { mode: "seeds" },
};
