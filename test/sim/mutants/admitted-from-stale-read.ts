import type { Mutant } from "../mutate/mutant.ts";

export const admittedFromStaleRead: Mutant = {
  name: "admitted-from-stale-read",
  breaks: "whether a member may commit is asked strongly",
  file: "lib/engine/groups/admission.ts",
  edits: [
    {
      find: "this.#store.readState(group, { consistent: true })",
      replace: "this.#store.readState(group, { consistent: false })",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "groups" },
};
