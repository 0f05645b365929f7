import type { Mutant } from "../mutate/mutant.ts";

export const givenUpByStaleCall: Mutant = {
  name: "given-up-by-stale-call",
  breaks: "a call gives nothing up that a later call of its client was told",
  file: "lib/engine/groups/consumer/consumers.ts",
  edits: [{ find: "holdsNothing && epoch === member.epoch ?", replace: "holdsNothing ?" }],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "poll given up, others join" },
};
