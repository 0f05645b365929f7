/** What a call of mode (a) may meet. */
/** In the order in which they are tried. */
export const faultNames = [
  "unavailable",
  "conflict",
  "throttled",
  "answer lost",
  "dropped",
  "unavailable from now on",
  "unanswered from now on",
  "answers lost from now on",
  "late by a little",
  "late after others",
  "killed, call lost",
  "killed, call done",
  "killed, call late",
  "frozen",
  "slow",
  "stale",
  "short",
  "damaged",
] as const;
export type FaultName = (typeof faultNames)[number];
