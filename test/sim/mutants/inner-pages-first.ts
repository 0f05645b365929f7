import type { Mutant } from "../mutate/mutant.ts";

export const innerPagesFirst: Mutant = {
  name: "inner-pages-first",
  breaks: "a merge links the covering page, and then drops the others",
  file: "lib/engine/compaction/replace.ts",
  edits: [
    {
      find: "  const isLinked = await linkPage(",
      replace:
        "  await dropPages(deps, site, insideOf(page, all), budget);\n  const isLinked = await linkPage(",
    },
  ],
  caughtBy: ["I6"],
  hunt: { mode: "exhaustive", only: "merge" },
};
