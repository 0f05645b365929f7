/**
 * The v3 paths of the Confluent REST Proxy below the one cluster that a server has. Its id is asked for once.
 */
import type { Client } from "./client.ts";
import { listIn, textIn } from "./shape.ts";

const jsonMediaType = "application/json";

/** What a call may say beside its path and its body. */
export type CallOptions = { readonly silenceMsMax?: number; readonly signal?: AbortSignal };

export class Cluster {
  readonly #client: Client;
  #path: Promise<string> | undefined;

  constructor(deps: { readonly client: Client }) {
    this.#client = deps.client;
  }

  /** What stands at a path below the cluster. */
  async get(path: string): Promise<unknown> {
    return this.#client.json({ method: "GET", path: await this.#below(path) });
  }

  /** Sends JSON to a path below the cluster, once. */
  async send(
    method: "POST" | "PATCH",
    path: string,
    body: unknown,
    options: CallOptions = {},
  ): Promise<unknown> {
    return this.#client.json({
      ...options,
      method,
      path: await this.#below(path),
      headers: { "content-type": jsonMediaType },
      body: [Buffer.from(JSON.stringify(body))],
    });
  }

  async delete(path: string): Promise<void> {
    await this.#client.call({ method: "DELETE", path: await this.#below(path) });
  }

  async #below(path: string): Promise<string> {
    this.#path ??= this.#client
      .json({ method: "GET", path: "/v3/clusters" })
      .then(clusters => `/v3/clusters/${textIn(listIn(clusters, "data")[0], "cluster_id")}`);
    return (await this.#path) + path;
  }
}
