/**
 * One error class per fact. The kind says who must act; a face (REST, Kafka, CLI) translates each class once.
 *
 *   caller   the request is wrong: fix it
 *   busy     nothing is wrong: try again later
 *   fenced   another process or generation owns it now: start over from fresh state
 *   operator the installation is wrong (a missing table, a permission): whoever runs it must act
 *   corrupt  stored bytes are not what they should be: call a human
 *   bug      a rule of this program did not hold: ours
 */
export type ErrorKind = "caller" | "busy" | "fenced" | "operator" | "corrupt" | "bug";

/** Root of every error this project throws on purpose. Messages hold the values: `offset 912 is outside [0, 900)`. */
export abstract class CumulogError extends Error {
  abstract readonly kind: ErrorKind;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
