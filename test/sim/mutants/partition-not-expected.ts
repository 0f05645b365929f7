import type { Mutant } from "../mutate/mutant.ts";

export const partitionNotExpected: Mutant = {
  name: "partition-not-expected",
  breaks: "a decided batch is committed only while its partition ends where the fold did",
  file: "lib/format/items/sequencer.ts",
  edits: [
    {
      find: "...[...expected].map(",
      replace: "...[...expected].slice(0, 0).map(",
    },
  ],
  caughtBy: ["I4", "I3", "I7"],
  hunt: { mode: "seeds" },
};
