/**
 * A mutant: the real code with one rule taken out, by a patch of a few lines applied while it is loaded. It proves that
 * the simulator would notice.
 */
import type { InvariantId } from "../checker/index.ts";

export type Mutant = {
  /** As on the command line. */
  readonly name: string;
  /** The rule that it breaks, in words. */
  readonly breaks: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Each `find` stands in the file exactly once. */
  readonly edits: readonly { readonly find: string; readonly replace: string }[];
  /** At least one of these is violated. */
  readonly caughtBy: readonly InvariantId[];
  /** What it is hunted with: seeds of the log, or of groups; the scenarios or duels with `only` in their name; power losses of the crash test. */
  readonly hunt:
    | { readonly mode: "seeds" | "groups" }
    | { readonly mode: "exhaustive" | "duels"; readonly only: string }
    | { readonly mode: "power-loss"; readonly rounds: number };
};

/** The text with the patch. Throws when a place is not found exactly once: the code has moved on. */
export function patched(mutant: Mutant, text: string): string {
  let result = text;
  for (const { find, replace } of mutant.edits) {
    const count = result.split(find).length - 1;
    if (count !== 1)
      throw new Error(
        `mutant ${mutant.name}: ${count} places in ${mutant.file} read ${JSON.stringify(find)}, not 1`,
      );
    result = result.replace(find, () => replace);
  }
  return result;
}
