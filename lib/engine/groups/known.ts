/**
 * What this process knows of groups, per group: generations read, beats observed, who waits. All of it can be lost at any
 * time: it saves reads, and no promise rests on it but that a silent member is expired in the end. Bounded: of the groups
 * that nobody waits for, those used last are kept.
 */
import type { EngineDeps, EngineOptions } from "../types.ts";
import { Generations } from "./generation.ts";
import { Observations } from "./observe.ts";
import type { GroupStore } from "./store.ts";
import { GroupWatch } from "./watch.ts";

/** One group, as far as this process knows it. */
export class KnownGroup {
  readonly id: string;
  readonly generations: Generations;
  readonly observations: Observations;
  readonly watch: GroupWatch;

  constructor(deps: EngineDeps, options: EngineOptions, store: GroupStore, id: string) {
    this.id = id;
    this.generations = new Generations(store, id);
    this.observations = new Observations(deps.clock);
    this.watch = new GroupWatch(deps.clock, options);
  }
}

const groupsMax = 1_000;

export class KnownGroups {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #store: GroupStore;
  readonly #known = new Map<string, KnownGroup>();

  constructor(deps: EngineDeps, options: EngineOptions, store: GroupStore) {
    this.#deps = deps;
    this.#options = options;
    this.#store = store;
  }

  /** The group, known from now on. */
  of(id: string): KnownGroup {
    const known = this.#known.get(id) ?? new KnownGroup(this.#deps, this.#options, this.#store, id);
    this.#known.delete(id);
    this.#known.set(id, known);
    this.#forgetOldest();
    return known;
  }

  /** Ends every waiting. */
  close(): void {
    for (const known of this.#known.values()) known.watch.close();
  }

  #forgetOldest(): void {
    if (this.#known.size <= groupsMax) return;
    for (const [id, known] of this.#known) {
      if (known.watch.isWatched) continue;
      this.#known.delete(id);
      return;
    }
  }
}
