import type { Mutant } from "../mutate/mutant.ts";

export const offsetsWithoutVersion: Mutant = {
  name: "offsets-without-version",
  breaks: "a commit is made on what was seen, once",
  file: "lib/format/items/group-offsets.ts",
  edits: [{ find: '    { kind: "equals", name: "n", value: version },\n', replace: "" }],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "commit, commit elsewhere" },
};
