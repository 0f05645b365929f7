import type { Mutant } from "../mutate/mutant.ts";

export const activeBeforeSequencers: Mutant = {
  name: "active-before-sequencers",
  breaks: "a topic is active only when all its sequencers and partitions are made",
  file: "lib/engine/topics/finish.ts",
  edits: [
    {
      find: "    shardsOf(topic).map(shard => makeSequencer(",
      replace: "    shardsOf(topic).slice(1).map(shard => makeSequencer(",
    },
  ],
  caughtBy: ["I5", "I9", "I12"],
  hunt: { mode: "seeds" },
};
