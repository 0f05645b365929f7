import type { Mutant } from "../mutate/mutant.ts";

export const claimNotConfirmed: Mutant = {
  name: "claim-not-confirmed",
  breaks: "who takes a partition up is told only if the state still names the target",
  file: "lib/engine/groups/consumer/consumers.ts",
  edits: [
    {
      find: "if (now?.assignment?.name === state.assignment?.name) return written;",
      replace: "if (now !== undefined) return written;",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "claim, new target" },
};
