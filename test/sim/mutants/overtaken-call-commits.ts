import type { Mutant } from "../mutate/mutant.ts";

export const overtakenCallCommits: Mutant = {
  name: "overtaken-call-commits",
  breaks: "a call that others have overtaken commits nothing",
  file: "lib/engine/groups/offsets/items.ts",
  edits: [
    {
      find: "if (waiting.basis && this.isSeenSince(key, waiting.basis.since)) await waiting.basis.check();",
      replace: "",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "poll of an instance given up" },
};
