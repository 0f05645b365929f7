import type { Mutant } from "../mutate/mutant.ts";

export const takeoverKeepsVersion: Mutant = {
  name: "takeover-keeps-version",
  breaks: "who goes on from an offset makes what is under way old",
  file: "lib/engine/groups/offsets/choose.ts",
  edits: [
    {
      find: "const mustWrite = era.isByVersion && isStamp;",
      replace: "const mustWrite = era.isByVersion && !isStamp;",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, static member back" },
};
