import type { Mutant } from "../mutate/mutant.ts";

export const floorNotExpected: Mutant = {
  name: "floor-not-expected",
  breaks: "a commit is refused when its segment is older than the floor",
  file: "lib/format/items/sequencer.ts",
  edits: [{ find: '      { kind: "atMost", name: "floor", value: time },\n', replace: "" }],
  caughtBy: ["I10"],
  hunt: { mode: "duels", only: "append, sweep" },
};
