/**
 * What is true of the whole log: its id, made once, and the level of its format.
 */
import { counterAttributes, counterKey, readNumberCounter, readTextCounter } from "../format/items/index.ts";
import { checkLevel, checkUpkeepLevel, formatLevels } from "../format/levels/index.ts";
import type { Attributes } from "../ports/index.ts";
import { present } from "../std/index.ts";
import { ClusterIdMissing } from "./errors.ts";
import { repeating } from "./retry.ts";
import type { EngineDeps, EngineOptions } from "./types.ts";

/** The whole log, as the processes that share it agree on it. */
export class Cluster {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  #id: string | undefined;
  /** As it was read last. */
  #level: number | undefined;

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
    const stored = await this.#once("format-level", formatLevels.written);
    this.#level = readNumberCounter("format-level", stored);
    checkLevel(this.#level);
  }

  /**
   * As checkFormat, and throws FormatNewer also unless this program may delete and rewrite what is stored. Marks nothing. `seen`: the
   * level as it was when this process last read it will do.
   */
  async checkUpkeepFormat(look: "now" | "seen"): Promise<void> {
    if (look === "now" || this.#level === undefined) {
      const stored = await repeating(this.#deps, this.#deadlineMs(), () =>
        this.#deps.items.get(counterKey("format-level"), { consistent: true }),
      );
      this.#level = readNumberCounter("format-level", stored);
    }
    checkUpkeepLevel(this.#level);
  }

  #deadlineMs(): number {
    return this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
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
    const deadlineMs = this.#deadlineMs();
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
