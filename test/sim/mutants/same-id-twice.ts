import type { Mutant } from "../mutate/mutant.ts";

export const sameIdTwice: Mutant = {
  name: "same-id-twice",
  breaks: "the id of a blind commit is sent once",
  file: "lib/engine/append/commit.ts",
  edits: [{ find: "        isDefinitelyWithoutEffect,\n      );", replace: "      );" }],
  caughtBy: ["I2", "I3", "I7"],
  hunt: { mode: "seeds" },
};
