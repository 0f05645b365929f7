/** Why a data directory cannot be opened: one class per fact, each naming the directory and what to do. */
import { CumulogError } from "../../std/index.ts";

/** Another process has the directory open. */
export class DataDirLocked extends CumulogError {
  override readonly name = "DataDirLocked";
  readonly kind = "caller";
}

/** Nothing can be written there: a read-only file system, or no permission. */
export class DataDirReadOnly extends CumulogError {
  override readonly name = "DataDirReadOnly";
  readonly kind = "caller";
}

/** Written by a later version of this program in a format that this one does not know. */
export class DataDirNewer extends CumulogError {
  override readonly name = "DataDirNewer";
  readonly kind = "caller";
}

/** No directory, or one that holds something else, or a file system that cannot keep what we promise. */
export class DataDirInvalid extends CumulogError {
  override readonly name = "DataDirInvalid";
  readonly kind = "caller";
}
