/**
 * Why a text is no JSON, for people who look at the text: the parser counts from the start of what it was given, and
 * from 0.
 */
import { messageOf } from "../std/index.ts";

/** For `the record on line 3 is no JSON: {jsonProblem(text)}`; `text` is one that JSON.parse refuses. */
export function jsonProblem(text: string): string {
  try {
    JSON.parse(text);
    return "it is cut off";
  } catch (error) {
    return messageOf(error).replace(
      / in JSON at position (\d+)( \(line \d+ column \d+\))?$/,
      (_whole, position: string) => ` at its character ${Number(position) + 1}`,
    );
  }
}
