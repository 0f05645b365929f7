import type { Mutant } from "../mutate/mutant.ts";

export const frontierWithoutFloor: Mutant = {
  name: "frontier-without-floor",
  breaks: "a frontier moves only over an object that no sweep can have judged",
  file: "lib/engine/compaction/compactor.ts",
  edits: [
    {
      find: "run.end, timeOf(page.objectId));",
      replace: "run.end, Number.MAX_SAFE_INTEGER);",
    },
  ],
  caughtBy: ["I6", "I10"],
  hunt: { mode: "duels", only: "compact, sweep and page removal" },
};
