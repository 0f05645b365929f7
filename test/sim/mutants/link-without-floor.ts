import type { Mutant } from "../mutate/mutant.ts";

export const linkWithoutFloor: Mutant = {
  name: "link-without-floor",
  breaks: "a page is linked only if the floor, read once it is announced, is not past its object",
  file: "lib/engine/compaction/link.ts",
  edits: [
    {
      find: "if (now === undefined || isPassedIn(now, page) || !(await isTrue(now))) {",
      replace: "if (now === undefined || !(await isTrue(now))) {",
    },
  ],
  caughtBy: ["I6", "I10"],
  hunt: { mode: "duels", only: "merge, sweep" },
};
