/**
 * What the doctor finds: one line a part of the set-up, with what to do where something is wrong.
 */
export type Finding = {
  readonly part: string;
  /** A note is worth knowing; only a problem makes the command fail. */
  readonly state: "ok" | "note" | "problem";
  readonly message: string;
  readonly advice?: string;
};

/** All is well with a part. */
export function ok(part: string, message: string): Finding {
  return { part, state: "ok", message };
}

/** Not wrong, but worth knowing. */
export function note(part: string, message: string, advice?: string): Finding {
  return { part, state: "note", message, ...(advice !== undefined && { advice }) };
}

/** Wrong, and what to do where the message does not say it already. */
export function problem(part: string, message: string, advice?: string): Finding {
  return { part, state: "problem", message, ...(advice !== undefined && { advice }) };
}
