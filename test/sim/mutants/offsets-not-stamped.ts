import type { Mutant } from "../mutate/mutant.ts";

export const offsetsNotStamped: Mutant = {
  name: "offsets-not-stamped",
  breaks: "who goes on from an offset has stamped its generation first",
  file: "lib/engine/groups/offsets/fetch.ts",
  edits: [
    {
      find: "const isStamped = !era.isByVersion && (seen?.generation ?? 0) >= state.generation;",
      replace: "const isStamped = true;",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, rebalance" },
};
