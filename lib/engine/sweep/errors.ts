import { CumulogError } from "../../std/index.ts";

/** Something speaks against deleting: nothing was deleted. The message says what, and who can tell better. */
export class SweepRefused extends CumulogError {
  override readonly name = "SweepRefused";
  readonly kind = "operator";
}
