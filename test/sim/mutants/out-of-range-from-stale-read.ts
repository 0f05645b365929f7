import type { Mutant } from "../mutate/mutant.ts";

export const outOfRangeFromStaleRead: Mutant = {
  name: "out-of-range-from-stale-read",
  breaks: "out of range is said from a strong look only",
  file: "lib/engine/read/fetch.ts",
  edits: [
    {
      find: "    const strong = await this.#strongImage(target, deadlineMs);\n    if (strong.isSealed)",
      replace: "    const strong = image;\n    if (strong.isSealed)",
    },
    {
      find: "    return this.#strongImage(target, deadlineMs);\n  }\n\n  async #strongImage",
      replace:
        "    return (await target.shard.readEventually()) ?? this.#strongImage(target, deadlineMs);\n  }\n\n  async #strongImage",
    },
  ],
  caughtBy: ["I5"],
  hunt: { mode: "seeds" },
};
