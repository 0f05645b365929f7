/**
 * What can go wrong with consumer instances, one class per fact.
 */
import { CumulogError } from "../../../std/index.ts";

/** No instance of that name, by a strong read; or its group has expired it. */
export class UnknownInstance extends CumulogError {
  override readonly name = "UnknownInstance";
  readonly kind = "fenced";
}

/** The group has an instance of that name. */
export class InstanceExists extends CumulogError {
  override readonly name = "InstanceExists";
  readonly kind = "caller";
}

/** What is asked does not go with what the instance reads at present. */
export class InstanceConflict extends CumulogError {
  override readonly name = "InstanceConflict";
  readonly kind = "caller";
}

/** Another call of the same instance was faster. This one has delivered and changed nothing. */
export class InstanceBusy extends CumulogError {
  override readonly name = "InstanceBusy";
  readonly kind = "caller";
}

/** Nothing says where to begin: no offset is committed, or it is outside the log, and there is no reset. */
export class PositionMissing extends CumulogError {
  override readonly name = "PositionMissing";
  readonly kind = "caller";
}
