import type { Mutant } from "../mutate/mutant.ts";

export const barrierAsleep: Mutant = {
  name: "barrier-asleep",
  breaks: "who waits in a barrier hears of its end by other processes",
  file: "lib/engine/groups/attendant.ts",
  edits: [
    {
      find: "this.#cancelPause = this.#clock.timer(pauseMs, () => this.#begin());",
      replace: "void pauseMs;",
    },
  ],
  caughtBy: ["I12"],
  hunt: { mode: "groups" },
};
