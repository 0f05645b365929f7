/**
 * The endpoints of the server that the options name.
 */
import { Client } from "./client.ts";
import { Endpoints } from "./endpoints.ts";

/** Connects lazily: nothing is sent before the first call. */
export function connect(options: { readonly url: URL; readonly connectionsMax?: number }): Endpoints {
  return new Endpoints({ client: new Client(options) });
}
