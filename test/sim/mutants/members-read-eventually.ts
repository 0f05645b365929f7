import type { Mutant } from "../mutate/mutant.ts";

export const membersReadEventually: Mutant = {
  name: "members-read-eventually",
  breaks: "targets and claims are read strongly",
  file: "lib/engine/groups/store.ts",
  edits: [
    {
      find: "this.#deps.items.query({ pk, from: at, to, consistent: true });",
      replace: "this.#deps.items.query({ pk, from: at, to, consistent: false });",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "beside stale reads" },
};
