import type { Mutant } from "../mutate/mutant.ts";

export const outOfRangeFromStaleRead: Mutant = {
  name: "out-of-range-from-stale-read",
  breaks: "out of range is said from a strong look only",
  file: "lib/engine/read/locate.ts",
  edits: [
    {
      find: "    const strong = await this.strongImage(target, deadlineMs);",
      replace: "    const strong = image;",
    },
    {
      find: "    return this.strongImage(target, deadlineMs);\n  }",
      replace:
        "    return (await target.shard.readEventually()) ?? this.strongImage(target, deadlineMs);\n  }",
    },
  ],
  caughtBy: ["I5"],
  hunt: { mode: "seeds" },
};
