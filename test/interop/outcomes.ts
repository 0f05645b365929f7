/** What became of one feature with one client. */
import type { Feature } from "./features.ts";

export type Outcome = {
  readonly kind: "pass" | "fail" | "not run" | "not yet";
  /** Why, for all but pass. */
  readonly detail: string;
};

/** All of one client in one pass. */
export type Column = {
  readonly client: string;
  readonly version: string;
  readonly outcomes: ReadonlyMap<Feature, Outcome>;
};

/** Worked, and was looked at. */
export const pass: Outcome = { kind: "pass", detail: "" };

/** Did not do what it has to. */
export function fail(detail: string): Outcome {
  return { kind: "fail", detail };
}

/** Could not be tried. */
export function notRun(detail: string): Outcome {
  return { kind: "not run", detail };
}

/** Is not served yet. */
export function notYet(detail: string): Outcome {
  return { kind: "not yet", detail };
}
