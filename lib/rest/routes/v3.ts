/**
 * What all v3 paths have in common: the cluster in the path is this one, and each resource says where it is found.
 */
import { checkTopicName } from "../../format/index.ts";
import type { Service } from "../deps.ts";
import { UnknownResource } from "../errors.ts";
import type { Call } from "../route.ts";

/** The one broker that clients see: this process. */
export const brokerId = 1;

/** Throws UnknownResource unless the path names this cluster. */
export async function requireCluster(service: Service, clusterId: string): Promise<void> {
  const own = await service.engine.clusterId();
  if (clusterId !== own)
    throw new UnknownResource(`cluster ${JSON.stringify(clusterId.slice(0, 80))} is not this one, ${own}`);
}

/** The name of the path, checked: what cannot be a topic's name is not looked up. Throws InvalidTopicName. */
export function namedTopic(name: string): string {
  checkTopicName(name);
  return name;
}

/** Makes the links and names of the resources of one call. */
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
