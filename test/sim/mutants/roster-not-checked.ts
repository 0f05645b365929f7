import type { Mutant } from "../mutate/mutant.ts";

export const rosterNotChecked: Mutant = {
  name: "roster-not-checked",
  breaks: "who is in a generation is in its roster",
  file: "lib/engine/groups/classic/join.ts",
  edits: [
    {
      find: "if (roster && isIn(roster, key, memberId))",
      replace: "if (roster)",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "groups" },
};
