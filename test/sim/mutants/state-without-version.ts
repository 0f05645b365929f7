import type { Mutant } from "../mutate/mutant.ts";

export const stateWithoutVersion: Mutant = {
  name: "state-without-version",
  breaks: "a group changes only if it is as it was read",
  file: "lib/format/items/group-state.ts",
  edits: [
    {
      find: '[{ kind: "equals", name: "version", value: before.version }]',
      replace: '[{ kind: "itemExists" }]',
    },
  ],
  caughtBy: ["I9"],
  hunt: { mode: "groups" },
};
