import type { Mutant } from "../mutate/mutant.ts";

export const givenUpByStaleCall: Mutant = {
  name: "given-up-by-stale-call",
  breaks: "a call gives nothing up that a later call of its client was told",
  file: "lib/engine/groups/consumer/consumers.ts",
  edits: [
    {
      find: "if (epoch !== member.epoch && protocols === undefined) return undefined;",
      replace: "if (epoch < 0 && protocols === undefined) return undefined;",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "poll given up, others join" },
};
