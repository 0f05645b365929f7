import type { Mutant } from "../mutate/mutant.ts";

export const commitBeforePut: Mutant = {
  name: "commit-before-put",
  breaks: "PUT first, order second: a segment is durable before it is given offsets",
  file: "lib/engine/append/place.ts",
  edits: [
    {
      find: "await this.#putItem(placed, segment, deadlineMs);",
      replace: "void this.#putItem(placed, segment, deadlineMs).catch(() => undefined);",
    },
  ],
  caughtBy: ["I10"],
  hunt: { mode: "seeds" },
};
