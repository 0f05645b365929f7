import type { Mutant } from "../mutate/mutant.ts";

export const givenUpUnasked: Mutant = {
  name: "given-up-unasked",
  breaks: "a partition is free once its client has said that it gave it up",
  file: "lib/engine/groups/consumer/reconcile.ts",
  edits: [
    {
      find: "(owned === undefined || intersect(toGiveUp, owned).size > 0);",
      replace: "owned !== undefined && intersect(toGiveUp, owned).size > toGiveUp.size;",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, hand-over" },
};
