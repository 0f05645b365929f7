import type { Mutant } from "../mutate/mutant.ts";

export const producersNeverForgotten: Mutant = {
  name: "producers-never-forgotten",
  breaks: "a producer is forgotten a day of the log after it wrote last",
  file: "lib/engine/producers/fold.ts",
  edits: [
    {
      find: "return state !== undefined && this.#newestMs - state.lastTimeMs > expiryMs ? undefined : state;",
      replace: "return state;",
    },
  ],
  caughtBy: ["I14"],
  hunt: { mode: "seeds" },
};
