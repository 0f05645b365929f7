/**
 * The endpoints of the server that are about its upkeep. They answer when the work is over, however long it takes.
 */
import type { FsckReport, MaintenanceReport, PartitionSurvey } from "../lib/engine/index.ts";
import type { Client } from "./client.ts";
import { ServerStrange } from "./errors.ts";

/** A round over a large log, or a check of every byte of it. */
const silenceMsMax = 24 * 60 * 60_000;

export class UpkeepEndpoints {
  readonly #client: Client;

  constructor(deps: { readonly client: Client }) {
    this.#client = deps.client;
  }

  /** All of the upkeep, once. Throws ServerRefused, ServerUnreachable. */
  async maintain(): Promise<MaintenanceReport> {
    return (await this.#post("/upkeep", { dry_run: false })) as MaintenanceReport;
  }

  /** What a round would find to do. */
  async survey(): Promise<readonly PartitionSurvey[]> {
    const { partitions } = (await this.#post("/upkeep", { dry_run: true })) as { partitions?: unknown };
    if (!Array.isArray(partitions)) throw new ServerStrange("the server answers without partitions");
    return partitions as readonly PartitionSurvey[];
  }

  /** Everything that is stored, looked at. */
  async check(): Promise<FsckReport> {
    return (await this.#post("/check", {})) as FsckReport;
  }

  async #post(path: string, asked: object): Promise<object> {
    const body = [Buffer.from(JSON.stringify(asked))];
    const headers = { "content-type": "application/json" };
    const reply = await this.#client.call({ method: "POST", path, headers, body, silenceMsMax });
    return camel(JSON.parse(Buffer.from(reply.body).toString("utf8"))) as object;
  }
}

/** `compacted_bytes` is `compactedBytes` here. */
function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
      camel(each),
    ]),
  );
}
