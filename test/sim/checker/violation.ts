/**
 * A broken promise, by the number it has in the list of invariants.
 *
 *   I1 acknowledged is readable      I5 nothing known goes back; strong is     I10 entries point to true bytes
 *   I2 one offset, one value         I6 no gap, nothing withheld              I11 nothing unreferenced stays
 *   I3 acknowledged offset is true   I7 errors are honest                     I12 it goes on once faults stop
 *   I4 order is kept                 I9 a topic is what its id says           I13 throttled, it calls little
 *   bug: what no client may ever hear                                         I14 nothing grows without bound
 */
export type InvariantId =
  | "I1"
  | "I2"
  | "I3"
  | "I4"
  | "I5"
  | "I6"
  | "I7"
  | "I9"
  | "I10"
  | "I11"
  | "I12"
  | "I13"
  | "I14"
  | "bug";

export type Violation = { readonly invariant: InvariantId; readonly message: string };
