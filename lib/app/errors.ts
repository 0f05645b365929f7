/** Why a server cannot listen: one class per fact, each naming the flag that helps. */
import { CumulogError } from "../std/index.ts";

/** Something else listens there. */
export class PortInUse extends CumulogError {
  override readonly name = "PortInUse";
  readonly kind = "caller";
}

/** This process may not listen there. */
export class PortForbidden extends CumulogError {
  override readonly name = "PortForbidden";
  readonly kind = "caller";
}

/** The host is no address of this machine. */
export class HostUnusable extends CumulogError {
  override readonly name = "HostUnusable";
  readonly kind = "caller";
}
