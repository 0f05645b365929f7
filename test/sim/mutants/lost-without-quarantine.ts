import type { Mutant } from "../mutate/mutant.ts";

export const lostWithoutQuarantine: Mutant = {
  name: "lost-without-quarantine",
  breaks: "what cannot be compacted is put into quarantine first",
  file: "lib/engine/compaction/compactor.ts",
  edits: [
    {
      find: "    await this.#quarantine(site, copied, budget);\n",
      replace: "",
    },
  ],
  caughtBy: ["I1"],
  hunt: { mode: "seeds" },
};
