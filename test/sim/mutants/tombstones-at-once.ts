import type { Mutant } from "../mutate/mutant.ts";

export const tombstonesAtOnce: Mutant = {
  name: "tombstones-at-once",
  breaks: "a tombstone stays for its time",
  file: "lib/engine/cleaning/judge.ts",
  edits: [
    {
      find: "    if (this.#isDue) return offset === lastOffset;",
      replace: "    if (offset < round.to) return offset === lastOffset;",
    },
  ],
  caughtBy: ["I1", "I6"],
  hunt: { mode: "seeds" },
};
