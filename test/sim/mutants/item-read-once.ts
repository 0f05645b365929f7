import type { Mutant } from "../mutate/mutant.ts";

export const itemReadOnce: Mutant = {
  name: "item-read-once",
  breaks: "bytes of an item-tier segment that an eventual read does not see are read again, strongly",
  file: "lib/engine/read/load.ts",
  edits: [{ find: "(await read(false)) ?? (await read(true))", replace: "await read(false)" }],
  caughtBy: ["I10"],
  hunt: { mode: "seeds" },
};
