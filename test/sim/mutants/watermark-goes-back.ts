import type { Mutant } from "../mutate/mutant.ts";

export const watermarkGoesBack: Mutant = {
  name: "watermark-goes-back",
  breaks: "what a process knows of a sequencer never goes back",
  file: "lib/engine/sequencer/shard.ts",
  edits: [
    {
      find: "if (before === undefined || isAtLeast(image, before)) {",
      replace: "if (isAtLeast(image, image)) {",
    },
  ],
  caughtBy: ["I5"],
  hunt: { mode: "seeds" },
};
