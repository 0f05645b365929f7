import type { Mutant } from "../mutate/mutant.ts";

export const mergeWithoutFloor: Mutant = {
  name: "merge-without-floor",
  breaks: "a merge drops what it covers once the floor, read again, is not past its object",
  file: "lib/engine/compaction/replace.ts",
  edits: [
    {
      find: "  if (!isLinked || (await isPassed(site, page, budget))) return false;",
      replace: "  if (!isLinked) return false;",
    },
  ],
  caughtBy: ["I6", "I10"],
  hunt: { mode: "duels", only: "merge, sweep" },
};
