/**
 * Where the resources of the v3 paths are found, and what they are called. Made for one call: links begin with the
 * address that the client used.
 */
import type { Call } from "../route.ts";

export class Links {
  readonly #origin: string;
  readonly #clusterId: string;

  constructor(call: Call<unknown, unknown>, clusterId: string) {
    this.#origin = new URL(call.request.url).origin;
    this.#clusterId = clusterId;
  }

  /** The URL of what lies below the cluster. */
  url(path: string): string {
    return `${this.#origin}/v3/clusters/${this.#clusterId}${path}`;
  }

  related(path: string): { readonly related: string } {
    return { related: this.url(path) };
  }

  /** The metadata of one resource; `name` as in `topic=orders/partition=1`. */
  metadata(path: string, name = ""): { readonly self: string; readonly resource_name: string } {
    const below = name === "" ? "" : `/${name}`;
    return { self: this.url(path), resource_name: `crn:///kafka=${this.#clusterId}${below}` };
  }

  /** The metadata of a list. */
  list(path: string): { readonly self: string; readonly next: null } {
    return { self: this.url(path), next: null };
  }
}
