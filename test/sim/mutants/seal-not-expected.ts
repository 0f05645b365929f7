import type { Mutant } from "../mutate/mutant.ts";

export const sealNotExpected: Mutant = {
  name: "seal-not-expected",
  breaks: "nothing is committed to a sequencer that was sealed",
  file: "lib/format/items/sequencer.ts",
  edits: [
    {
      find: '      { kind: "absent", name: "sealed" },\n      { kind: "absent"',
      replace: '      { kind: "absent"',
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "seeds" },
};
