/**
 * What belongs to one generation of a group and never changes: its roster and its assignment, kept by name. A process reads
 * each once, however many members it serves.
 */
import {
  decodeAssignment,
  decodeRoster,
  type GroupState,
  type PiecesName,
  type RosterMember,
} from "../../format/items/index.ts";
import { located } from "../../format/levels/index.ts";
import { SingleFlight } from "../../std/index.ts";
import type { GroupStore } from "./store.ts";

/** Who is in a generation, by member key. */
export type Roster = ReadonlyMap<string, RosterMember>;

type Kept<T> = { readonly name: string; readonly value: T };

/** The generations of one group as this process has seen them last. */
export class Generations {
  readonly #store: GroupStore;
  readonly #group: string;
  readonly #reading = new SingleFlight<string, Uint8Array | undefined>();
  #roster: Kept<Roster> | undefined;
  #assignment: Kept<ReadonlyMap<string, Uint8Array>> | undefined;

  constructor(store: GroupStore, group: string) {
    this.#store = store;
    this.#group = group;
  }

  /** The roster that a state names, empty when it names none; undefined when its pieces are gone: read the state anew. */
  async roster({ roster }: GroupState): Promise<Roster | undefined> {
    if (roster === undefined) return new Map();
    if (this.#roster?.name === roster.name) return this.#roster.value;
    const bytes = await this.#bytes(roster);
    if (bytes === undefined) return undefined;
    if (this.#roster?.name === roster.name) return this.#roster.value;
    const value = new Map(this.#read(roster, () => decodeRoster(bytes)).map(member => [member.key, member]));
    this.#roster = { name: roster.name, value };
    return value;
  }

  /** The assignment that a state names, as `roster`. */
  async assignment({ assignment }: GroupState): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
    if (assignment === undefined) return new Map();
    if (this.#assignment?.name === assignment.name) return this.#assignment.value;
    const bytes = await this.#bytes(assignment);
    if (bytes === undefined) return undefined;
    if (this.#assignment?.name === assignment.name) return this.#assignment.value;
    const value = this.#read(assignment, () => decodeAssignment(bytes));
    this.#assignment = { name: assignment.name, value };
    return value;
  }

  #read<T>({ name, generation }: PiecesName, read: () => T): T {
    return located(() => `group ${this.#group}, generation ${generation}, pieces ${name}`, read);
  }

  #bytes(name: PiecesName): Promise<Uint8Array | undefined> {
    return this.#reading.run(name.name, () => this.#store.readPieces(this.#group, name));
  }
}
