import type { Mutant } from "../mutate/mutant.ts";

export const expiredByWallClock: Mutant = {
  name: "expired-by-wall-clock",
  breaks: "a member is silent by a clock that never jumps",
  file: "lib/engine/groups/observe.ts",
  edits: [
    { find: "const nowMs = this.#clock.monotonicMs();", replace: "const nowMs = this.#clock.now();" },
    { find: "? this.#clock.monotonicMs() - seen.sinceMs", replace: "? this.#clock.now() - seen.sinceMs" },
  ],
  caughtBy: ["I12"],
  hunt: { mode: "groups" },
};
