import type { Mutant } from "../mutate/mutant.ts";

export const staticsByGeneration: Mutant = {
  name: "statics-by-generation",
  breaks: "what a static member commits late does not land after the one in its place has read",
  file: "lib/engine/groups/offsets/choose.ts",
  edits: [{ find: " || hasStatics === true;", replace: ";" }],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, static member replaced" },
};
