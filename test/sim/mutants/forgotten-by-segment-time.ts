import type { Mutant } from "../mutate/mutant.ts";

export const forgottenBySegmentTime: Mutant = {
  name: "forgotten-by-segment-time",
  breaks: "the log's time never goes back: what a late segment holds is not forgotten at once",
  file: "lib/engine/producers/fold.ts",
  edits: [
    {
      find: "entry.base + run.offsetDelta, timeMs);",
      replace: "entry.base + run.offsetDelta, entry.timeMs);",
    },
  ],
  caughtBy: ["I3", "I4"],
  hunt: { mode: "duels", only: "a producer, a day" },
};
