import type { Mutant } from "../mutate/mutant.ts";

export const bornForgotten: Mutant = {
  name: "born-forgotten",
  breaks: "offsets from before a group was made anew are void",
  file: "lib/engine/groups/consumer/target.ts",
  edits: [
    {
      find: "born: isNew ? generation : before.born,",
      replace: "born: before?.born ?? generation,",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "deleted and made anew" },
};
