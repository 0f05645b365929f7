import type { Mutant } from "../mutate/mutant.ts";

export const retryWithoutOwnEntry: Mutant = {
  name: "retry-without-own-entry",
  breaks: "after a fence our own entry is looked for first",
  file: "lib/engine/append/commit.ts",
  edits: [
    {
      find: '      const own = liveEntry(image, segment.id);\n      if (own) return { kind: "committed", baseOffsets: own.baseOffsets };\n      return await',
      replace: "      return await",
    },
  ],
  caughtBy: ["I7"],
  hunt: { mode: "seeds" },
};
