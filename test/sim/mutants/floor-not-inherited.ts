import type { Mutant } from "../mutate/mutant.ts";

export const floorNotInherited: Mutant = {
  name: "floor-not-inherited",
  breaks: "sequencers of a new topic begin with the floor read after the topic item was written",
  file: "lib/engine/topics/finish.ts",
  edits: [
    {
      find: "const floor = await store.readFloor(topic.name, deadlineMs);",
      replace: "const floor = Math.min(0, await store.readFloor(topic.name, deadlineMs));",
    },
  ],
  caughtBy: ["I10"],
  hunt: { mode: "duels", only: "sweep" },
};
