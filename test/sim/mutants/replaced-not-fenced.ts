import type { Mutant } from "../mutate/mutant.ts";

export const replacedNotFenced: Mutant = {
  name: "replaced-not-fenced",
  breaks: "who was replaced by another of its instance may do nothing",
  file: "lib/engine/groups/admission.ts",
  edits: [{ find: "if (known === claim.memberId) return;", replace: "if (known !== undefined) return;" }],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "static member replaced" },
};
