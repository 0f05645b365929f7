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

/** The longest message, characters. A value may come from outside, and a face may have no room for all of it. */
const messageLengthMax = 8_000;

/**
 * Root of every error this project throws on purpose. Messages hold the values: `offset 912 is outside [0, 900)`. What is
 * longer than any message need be is cut.
 */
export abstract class CumulogError extends Error {
  abstract readonly kind: ErrorKind;

  constructor(message?: string, options?: ErrorOptions) {
    super(message === undefined ? message : bounded(message), options);
  }
}

function bounded(message: string): string {
  return message.length <= messageLengthMax ? message : `${message.slice(0, messageLengthMax)}...`;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The name of anything thrown. */
export function errorNameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
