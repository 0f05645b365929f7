import type { Mutant } from "../mutate/mutant.ts";

export const instanceWithoutStamp: Mutant = {
  name: "instance-without-stamp",
  breaks: "of two calls of an instance at once one delivers",
  file: "lib/engine/groups/instances/instance-store.ts",
  edits: [
    {
      find: "this.#store.put(item, instanceUnchanged(before));",
      replace: "this.#store.put(item);",
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "duels", only: "poll of an instance, polls elsewhere" },
};
