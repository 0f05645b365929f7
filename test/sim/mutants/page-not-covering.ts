import type { Mutant } from "../mutate/mutant.ts";

export const pageNotCovering: Mutant = {
  name: "page-not-covering",
  breaks: "a page is used only if it covers the offset",
  file: "lib/engine/read/plan.ts",
  edits: [{ find: "reached) break;", replace: "reached && false) break;" }],
  caughtBy: ["I6"],
  hunt: { mode: "seeds" },
};
