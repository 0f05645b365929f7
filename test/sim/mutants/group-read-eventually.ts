import type { Mutant } from "../mutate/mutant.ts";

export const groupReadEventually: Mutant = {
  name: "group-read-eventually",
  breaks: "what a member is told to do, it is told from a strong read of its group",
  file: "lib/engine/groups/known.ts",
  edits: [
    {
      find: "store.readState(id, { consistent: true })",
      replace: "store.readState(id, { consistent: false })",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "groups" },
};
