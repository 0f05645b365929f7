/**
 * What is true of the whole log: its id, made once, and the level of its format.
 */
import {
  counterAttributes,
  counterKey,
  formatLevel,
  readNumberCounter,
  readTextCounter,
} from "../format/items/index.ts";
import type { Attributes } from "../ports/index.ts";
import { CumulogError, present } from "../std/index.ts";
import { ClusterIdMissing } from "./errors.ts";
import { repeating } from "./retry.ts";
import type { EngineDeps, EngineOptions } from "./types.ts";

/** The log was written by a newer program, in a format that this one does not read. Nothing was changed. */
export class FormatNewer extends CumulogError {
  override readonly name = "FormatNewer";
  readonly kind = "caller";
}

/** The whole log, as the processes that share it agree on it. */
export class Cluster {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  #id: string | undefined;

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** 22 characters, the same for everyone and for good. Throws ClusterIdMissing when only others may make it. */
  async id(): Promise<string> {
    this.#id ??= await this.#makeId();
    return this.#id;
  }

  /** Throws FormatNewer unless this program reads what is stored; marks a new log with the present level, if it may. */
  async checkFormat(): Promise<void> {
    const stored = await this.#once("format-level", formatLevel);
    if (stored === undefined) return;
    const level = readNumberCounter("format-level", stored);
    if (level > formatLevel + 1)
      throw new FormatNewer(
        `the log has format level ${level}; this program reads up to ${formatLevel + 1}: use a newer version`,
      );
  }

  async #makeId(): Promise<string> {
    const made = Buffer.from(this.#deps.random.bytes(16)).toString("base64url");
    const stored = await this.#once("cluster", made);
    if (stored === undefined)
      throw new ClusterIdMissing(
        "the log has no cluster id yet: ask for the clusters first, or wait for the upkeep",
      );
    return present(readTextCounter("cluster", stored), "cluster id");
  }

  /** The counter as it is, or as `value` when it was never written; undefined when this process may not write it. */
  async #once(name: "cluster" | "format-level", value: string | number): Promise<Attributes | undefined> {
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    const key = counterKey(name);
    const there = await repeating(this.#deps, deadlineMs, () =>
      this.#deps.items.get(key, { consistent: true }),
    );
    if (there || !this.#options.mayChangeTopics) return there;
    const put = await repeating(this.#deps, deadlineMs, () =>
      this.#deps.items.put({ ...key, attributes: counterAttributes(value) }, [{ kind: "itemAbsent" }]),
    );
    return put.kind === "applied" ? put.attributes : present(put.current, `counter ${name}`);
  }
}
