import type { Mutant } from "../mutate/mutant.ts";

export const forgottenByOwnClock: Mutant = {
  name: "forgotten-by-own-clock",
  breaks:
    "the times in the log say when a producer is forgotten, no clock does: everyone forgets at the same offset",
  file: "lib/engine/producers/producers.ts",
  edits: [
    {
      find: "const plan = planChunk(fold, batches);",
      replace:
        "const aged = (of: Fold) => ({ at: of.at, stateOf: (id: number) => { const state = of.stateOf(id); return state && this.#deps.clock.now() - state.lastTimeMs > 86_400_000 ? undefined : state; } }) as unknown as Fold;\n    const plan = planChunk(aged(fold), batches);",
    },
    {
      find: "return { ...planChunk(now, batches), expected: offset(now.at) };",
      replace: "return { ...planChunk(aged(now), batches), expected: offset(now.at) };",
    },
  ],
  caughtBy: ["I4"],
  hunt: { mode: "seeds" },
};
