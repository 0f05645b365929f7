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
  /** What catches it: seeds of mode (b), or the cases of mode (a) whose scenario has this in its name. */
  readonly hunt: { readonly mode: "random" } | { readonly mode: "exhaustive"; readonly scenario: string };
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
