import type { Mutant } from "../mutate/mutant.ts";

export const noneFromFailedRead: Mutant = {
  name: "none-from-failed-read",
  breaks: "that nothing is committed is never said from a read that failed",
  file: "lib/engine/groups/offsets/fetch.ts",
  edits: [
    {
      find: "await this.#deps.items.look(key), stamps",
      replace: "await this.#deps.items.look(key).catch(() => undefined), stamps",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "groups" },
};
