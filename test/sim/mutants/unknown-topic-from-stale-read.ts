import type { Mutant } from "../mutate/mutant.ts";

export const unknownTopicFromStaleRead: Mutant = {
  name: "unknown-topic-from-stale-read",
  breaks: "an unknown topic is said from a strong look only",
  file: "lib/engine/topics/resolve.ts",
  edits: [
    {
      find: "const item = await this.#store.read(name, { consistent: true }, this.#deadline());",
      replace: "const item = await this.#store.read(name, { consistent: false }, this.#deadline());",
    },
  ],
  caughtBy: ["I5"],
  hunt: { mode: "seeds" },
};
