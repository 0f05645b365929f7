import type { Mutant } from "../mutate/mutant.ts";

export const pageNotCovering: Mutant = {
  name: "page-not-covering",
  breaks: "a page is used only if it covers the offset",
  file: "lib/engine/read/plan.ts",
  edits: [{ find: "    if (page.start > this.reached) return false;\n", replace: "" }],
  caughtBy: ["I6"],
  hunt: { mode: "seeds" },
};
