import type { Mutant } from "../mutate/mutant.ts";

export const expiredWhileBeating: Mutant = {
  name: "expired-while-beating",
  breaks: "a member whose beat has moved since is not expired",
  file: "lib/engine/groups/classic/look.ts",
  edits: [
    {
      find: "        hasNotBeaten(memberId, beat),\n      );\n      if (deleted",
      replace:
        '        [{ kind: "equals", name: "memberId", value: memberId }],\n      );\n      if (deleted',
    },
  ],
  caughtBy: ["I12"],
  hunt: { mode: "duels", only: "look for the silent" },
};
