import type { Mutant } from "../mutate/mutant.ts";

export const logFloorNotRaised: Mutant = {
  name: "log-floor-not-raised",
  breaks: "a sweep raises the floor of the log before it lists topics",
  file: "lib/engine/sweep/sweep.ts",
  edits: [
    {
      find: "    await raiseFloor(items, beforeMs, budget);\n",
      replace: "",
    },
  ],
  caughtBy: ["I10"],
  hunt: { mode: "duels", only: "create and append, sweep" },
};
