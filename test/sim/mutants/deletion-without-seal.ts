import type { Mutant } from "../mutate/mutant.ts";

export const deletionWithoutSeal: Mutant = {
  name: "deletion-without-seal",
  breaks: "every sequencer is sealed before the name is freed",
  file: "lib/engine/topics/finish.ts",
  edits: [{ find: "{ set: { [sequencerNames.sealed]: 1 } }", replace: "{ set: {} }" }],
  caughtBy: ["I9"],
  hunt: { mode: "seeds" },
};
