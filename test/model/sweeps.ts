/** A sweep of one log in the upkeep and merges models: raise the floor, read what is linked, delete the rest. */

/** `read` and `pages` in the order of the model; what was linked is gathered as bits. */
export type Sweep = {
  readonly phase: "idle" | "floor" | "live" | "pages" | "delete" | "done";
  readonly before: number;
  readonly segments: number;
  readonly objects: number;
  /** k and b of the image. */
  readonly frontier: number;
  readonly start: number;
};
export const sweepPhases = ["idle", "floor", "live", "pages", "delete", "done"] as const;

export const newSweep: Sweep = { phase: "idle", before: 0, segments: 0, objects: 0, frontier: 0, start: 0 };
