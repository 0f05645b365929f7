import type { Mutant } from "../mutate/mutant.ts";

export const offsetsListedEventually: Mutant = {
  name: "offsets-listed-eventually",
  breaks: "ListOffsets looks strongly",
  file: "lib/engine/read/list-offsets.ts",
  edits: [{ find: "() => shard.readStrongly()", replace: "() => shard.readEventually()" }],
  caughtBy: ["I5"],
  hunt: { mode: "seeds" },
};
