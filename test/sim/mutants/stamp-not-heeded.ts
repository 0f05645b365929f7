import type { Mutant } from "../mutate/mutant.ts";

export const stampNotHeeded: Mutant = {
  name: "stamp-not-heeded",
  breaks: "a commit is refused once a later generation has read where to go on",
  file: "lib/engine/groups/offsets/choose.ts",
  edits: [
    {
      find: 'if (seen.generation > era.generation) return { kind: "moved", seen };',
      replace: "const later = Math.max(seen.generation, era.generation);",
    },
    {
      find: "...offsetsUpdate(seen, era.generation, change),",
      replace: "...offsetsUpdate(seen, later, change),",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, rebalance" },
};
