import type { Mutant } from "../mutate/mutant.ts";

export const retryWithoutLookUp: Mutant = {
  name: "retry-without-look-up",
  breaks: "an entry that is no longer live is looked for in the pages before the batch moves to a new id",
  file: "lib/engine/append/commit.ts",
  edits: [
    {
      find: "return await this.#lookUpAll(part, segment, image, before, deadlineMs);",
      replace: 'return { kind: "absent", allowed: timeAllowedBy(image) };',
    },
  ],
  caughtBy: ["I7"],
  hunt: { mode: "seeds" },
};
