/**
 * What the server says of its own work, and what the machine says of the server. Counters begin anew with each process: they are
 * read often, and added up; what happened since the last reading is lost with a kill.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { HttpConnection } from "../../../bench/http-connection.ts";
import { sendWell } from "../../../bench/rest-client.ts";
import type { ServerProcess } from "../../../bench/server-process.ts";

/** Counters that are followed, by what they are called here. */
const counters = {
  made: "cumulog_compactions_total",
  merged: "cumulog_merges_total",
  cleaned: "cumulog_cleaned_objects_total",
  cleanedRecords: "cumulog_cleaned_records_total",
  expired: "cumulog_expired_offsets_total",
  purged: "cumulog_purged_topics_total",
  sweptObjects: "cumulog_swept_objects_total",
  sweptItems: "cumulog_swept_segment_items_total",
  failures: "cumulog_upkeep_failures_total",
  quarantined: "cumulog_quarantined_total",
  unreadable: "cumulog_unreadable_objects_total",
} as const;

export type Counted = { readonly [Name in keyof typeof counters]: number };
export type CounterName = keyof typeof counters;

/** Names of what is counted, in their order. */
export const counterNames = Object.keys(counters) as CounterName[];

/** What one server counted, as far as it was asked, and what it used. */
export class ServerFigures {
  readonly #server: ServerProcess;
  readonly #connection: HttpConnection;
  #counted: Counted = nothingCounted;
  #residentBytesMax = 0;
  #processorSeconds = 0;

  constructor(server: ServerProcess) {
    this.#server = server;
    this.#connection = new HttpConnection(server.url);
  }

  get counted(): Counted {
    return this.#counted;
  }

  get residentBytesMax(): number {
    return this.#residentBytesMax;
  }

  get processorSeconds(): number {
    return this.#processorSeconds;
  }

  /** Asks now. Throws what the socket throws. */
  async look(): Promise<void> {
    const text = (await sendWell(this.#connection, { method: "GET", path: "/metrics" })).toString();
    this.#counted = mapCounters(name => counterIn(text, counters[name]));
    this.#residentBytesMax = Math.max(this.#residentBytesMax, this.#server.residentBytes());
    this.#processorSeconds = this.#server.processorSeconds();
  }

  close(): void {
    this.#connection.close();
  }
}

/** Each number of a counter by its name. */
export function mapCounters(of: (name: CounterName) => number): Counted {
  return Object.fromEntries(counterNames.map(name => [name, of(name)])) as Counted;
}

/** Before anything happened. */
export const nothingCounted: Counted = mapCounters(() => 0);

/** Sum of the lines of a counter; 0 when there is none yet. */
function counterIn(metrics: string, name: string): number {
  const lines = metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "gm"));
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Bytes of all files below a directory. */
export function bytesOnDisk(directory: string): number {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + sizeOf(join(parentPath, name)), 0);
}

/** Files come and go while the server works. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
