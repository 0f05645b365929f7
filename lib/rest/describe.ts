/**
 * A value from outside, for a message: itself when it is short and plain, its kind otherwise. Nothing of it is walked:
 * a value may be a hundred thousand lists deep.
 */
const charactersMax = 60;

/** For `... is {describe(value)}`. */
export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? quote(value) : String(value);
}

/** A text in quotes, cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > charactersMax ? `${text.slice(0, charactersMax)}...` : text);
}
