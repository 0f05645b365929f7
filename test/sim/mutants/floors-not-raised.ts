import type { Mutant } from "../mutate/mutant.ts";

export const floorsNotRaised: Mutant = {
  name: "floors-not-raised",
  breaks: "a sweep raises the floor of every sequencer before it reads references",
  file: "lib/engine/sweep/floors.ts",
  edits: [
    {
      find: "  const { update, condition } = floorUpdate(to);",
      replace: "  const { update, condition } = floorUpdate(Math.min(0, to));",
    },
  ],
  caughtBy: ["I10"],
  hunt: { mode: "duels", only: "append, sweep" },
};
