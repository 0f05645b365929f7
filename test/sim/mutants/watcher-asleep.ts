import type { Mutant } from "../mutate/mutant.ts";

export const watcherAsleep: Mutant = {
  name: "watcher-asleep",
  breaks: "one who waits hears of commits by other processes",
  file: "lib/engine/read/watch.ts",
  edits: [
    {
      find: "    this.#lookAfter(shard, watcher, this.#options.watchPauseMs);\n    return watcher;",
      replace: "    return watcher;",
    },
  ],
  caughtBy: ["I12"],
  hunt: { mode: "seeds" },
};
