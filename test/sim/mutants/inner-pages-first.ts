import type { Mutant } from "../mutate/mutant.ts";

export const innerPagesFirst: Mutant = {
  name: "inner-pages-first",
  breaks: "a merge links the covering page, and then drops the others",
  file: "lib/engine/compaction/replace.ts",
  edits: [
    {
      find: "  if (!(await linkPage(deps, site, page, () => areThere",
      replace:
        "  await dropPages(deps, site, insideOf(page, all), budget);\n  if (!(await linkPage(deps, site, page, () => areThere",
    },
  ],
  caughtBy: ["I6"],
  hunt: { mode: "exhaustive", only: "merge" },
};
