import type { Mutant } from "../mutate/mutant.ts";

export const fenceNotExpected: Mutant = {
  name: "fence-not-expected",
  breaks: "a commit is refused when its segment is older than the fence",
  file: "lib/format/items/sequencer.ts",
  edits: [{ find: '      { kind: "atMost", name: "fence", value: time },\n', replace: "" }],
  caughtBy: ["I7"],
  hunt: { mode: "seeds" },
};
