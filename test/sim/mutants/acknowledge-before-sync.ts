import type { Mutant } from "../mutate/mutant.ts";

export const acknowledgeBeforeSync: Mutant = {
  name: "acknowledge-before-sync",
  breaks: "an acknowledgement means on disk: objects are acknowledged after fdatasync",
  file: "lib/adapters/local/pack-writer.ts",
  edits: [
    {
      find: "await first.pack.file.sync();",
      // Left to the kernel: it writes the bytes back when it likes.
      replace: "await undefined;",
    },
  ],
  caughtBy: ["I1"],
  hunt: { mode: "power-loss", rounds: 40 },
};
