/**
 * What this process knows of groups, per group: generations read, beats observed, who waits. All of it can be lost at any
 * time: it saves reads, and no promise rests on it but that a silent member is expired in the end. Bounded: of the groups
 * that nobody waits for, those used last are kept.
 */
import type { ClassicMember, GroupState } from "../../format/items/index.ts";
import type { Clock } from "../../ports/index.ts";
import { Serial, SharedNext } from "../../std/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { Attendant } from "./attendant.ts";
import { Beats } from "./beats.ts";
import { Generations } from "./generation.ts";
import { Observations } from "./observe.ts";
import type { GroupStore } from "./store.ts";

/** One group, as far as this process knows it. */
export class KnownGroup {
  readonly id: string;
  readonly generations: Generations;
  readonly observations: Observations;
  readonly beats: Beats;
  /** Changes of the state that this process makes, one after the other: they would only refuse each other. */
  readonly changes = new Serial<"state">();
  /** The state as of now. */
  readonly state: SharedNext<GroupState | undefined>;
  /** Every member of kind classic, by key, as of now. */
  readonly members: SharedNext<ReadonlyMap<string, ClassicMember>>;
  readonly #clock: Clock;
  #attendant: Attendant<GroupState | undefined> | undefined;
  #phase = { name: "", sinceMs: 0 };

  constructor(deps: EngineDeps, store: GroupStore, id: string) {
    this.id = id;
    this.#clock = deps.clock;
    this.state = new SharedNext(() => store.readState(id, { consistent: true }));
    this.members = new SharedNext(() => store.readMembers(id));
    this.generations = new Generations(store, id);
    this.observations = new Observations(deps.clock);
    this.beats = new Beats(deps, store, id);
  }

  /** Attends the group while someone waits, looking so. */
  attend(
    options: EngineOptions,
    look: () => Promise<GroupState | undefined>,
  ): Attendant<GroupState | undefined> {
    this.#attendant ??= new Attendant(this.#clock, options, look);
    return this.#attendant;
  }

  /** This process has changed the group. */
  wake(): void {
    this.#attendant?.wake();
  }

  get isWatched(): boolean {
    return this.#attendant?.isWatched ?? false;
  }

  close(): void {
    this.#attendant?.close();
  }

  /** How long this process has seen the group in the phase that it is in now, ms. */
  inPhaseMs({ phase, generation, sinceMs }: GroupState): number {
    // Back from kind consumer a group may prepare for the same generation again.
    const name = `${phase} ${generation} ${sinceMs}`;
    const nowMs = this.#clock.monotonicMs();
    if (this.#phase.name !== name) this.#phase = { name, sinceMs: nowMs };
    return nowMs - this.#phase.sinceMs;
  }
}

const groupsMax = 1_000;

/** The groups that this process has had to do with. */
export class KnownGroups {
  readonly #deps: EngineDeps;
  readonly #store: GroupStore;
  readonly #known = new Map<string, KnownGroup>();

  constructor(deps: EngineDeps, store: GroupStore) {
    this.#deps = deps;
    this.#store = store;
  }

  /** The group, known from now on. */
  of(id: string): KnownGroup {
    const known = this.#known.get(id) ?? new KnownGroup(this.#deps, this.#store, id);
    this.#known.delete(id);
    this.#known.set(id, known);
    this.#forgetOldest();
    return known;
  }

  /** Ends every waiting. */
  close(): void {
    for (const known of this.#known.values()) known.close();
  }

  #forgetOldest(): void {
    if (this.#known.size <= groupsMax) return;
    for (const [id, known] of this.#known) {
      if (known.isWatched) continue;
      this.#known.delete(id);
      return;
    }
  }
}
