import { CumulogError } from "../std/index.ts";

/** The store asked us to slow down; the call had no effect. */
export class StoreThrottled extends CumulogError {
  override readonly name = "StoreThrottled";
  readonly kind = "busy";
}

/** The store did not do it, certainly: refused before any effect, or the connection was never made. */
export class StoreUnavailable extends CumulogError {
  override readonly name = "StoreUnavailable";
  readonly kind = "busy";
}

/** No answer came: a write may have been applied, may be applied later, or never. A read simply failed. */
export class OutcomeUnknown extends CumulogError {
  override readonly name = "OutcomeUnknown";
  readonly kind = "busy";
}

/** Nothing more can be stored: the disk or the quota is full. No effect. */
export class StoreFull extends CumulogError {
  override readonly name = "StoreFull";
  readonly kind = "busy";
}

/**
 * The store refuses us, and will until someone changes the installation: no such table or bucket, no permission, wrong
 * region, no valid credentials. No effect. The message reaches clients: it says what is missing, and names nothing of the
 * account. `detail` is for logs alone: what the store said, with the resource, the region and what to do.
 */
export class StoreMisconfigured extends CumulogError {
  override readonly name = "StoreMisconfigured";
  readonly kind = "operator";
  readonly detail: string;

  constructor(message: string, detail = message) {
    super(message);
    this.detail = detail;
  }
}

/** A store holds bytes that are not what was written. */
export class StoreCorrupt extends CumulogError {
  override readonly name = "StoreCorrupt";
  readonly kind = "corrupt";
}

/** Compressed bytes cannot be decompressed within the limit. */
export class BadCompression extends CumulogError {
  override readonly name = "BadCompression";
  readonly kind = "caller";
}
