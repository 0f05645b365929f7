import type { Mutant } from "../mutate/mutant.ts";

export const topicsListedBeforeFloor: Mutant = {
  name: "topics-listed-before-floor",
  breaks: "a sweep raises the floor of the log, and then lists the topics",
  file: "lib/engine/sweep/sweep.ts",
  edits: [
    {
      find: "    await raiseFloor(items, beforeMs, budget);\n    const topics = await listTopics(items, budget);",
      replace:
        "    const topics = await listTopics(items, budget);\n    await raiseFloor(items, beforeMs, budget);",
    },
  ],
  caughtBy: ["I10"],
  hunt: { mode: "duels", only: "create and append, sweep" },
};
