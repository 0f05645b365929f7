import type { Mutant } from "../mutate/mutant.ts";

export const claimsNotLookedAt: Mutant = {
  name: "claims-not-looked-at",
  breaks: "a partition is free only when no other member has it",
  file: "lib/engine/groups/consumer/consumers.ts",
  edits: [
    {
      find: "!snapshot.isOthers(key, topicId, partition);",
      replace: "!snapshot.isOthers(key, topicId, -1 - partition);",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, hand-over" },
};
