/**
 * Where each object lies, now: the index, and over it the changes that it was not told yet. They are handed to it
 * in batches, after some time or when much has changed, because the next start reads again what it was not told.
 */
import type { Clock, Telemetry } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import type { IndexedObject, Location, ObjectIndex } from "./object-index.ts";

type Changes = Map<string, Location | undefined>;
type PackState = { readonly indexedTo: number; readonly sealed: boolean };

/** Together they bound what a start after a crash reads again. */
const flushAfterMs = 500;
const flushChanges = 500;
const flushBytes = 32 * 1024 * 1024;

export class ObjectCatalog {
  readonly #index: ObjectIndex;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  /** Told of sealed packs that no object lies in any more. */
  readonly #emptied: (packs: readonly number[]) => Promise<void>;
  #changes: Changes = new Map();
  #packs = new Map<number, PackState>();
  #changedBytes = 0;
  /** Handed to the index, which has not answered yet. */
  #handed: Changes = new Map();
  #flushing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(deps: {
    readonly index: ObjectIndex;
    readonly clock: Clock;
    readonly telemetry: Telemetry;
    readonly emptied: (packs: readonly number[]) => Promise<void>;
  }) {
    this.#index = deps.index;
    this.#clock = deps.clock;
    this.#telemetry = deps.telemetry;
    this.#emptied = deps.emptied;
  }

  find(key: string): Location | undefined {
    for (const changes of [this.#changes, this.#handed]) if (changes.has(key)) return changes.get(key);
    return this.#index.find(key);
  }

  /** Says where an object lies now, or that it was deleted. */
  set(key: string, location: Location | undefined): void {
    this.#changes.set(key, location);
    this.#changedBytes += location?.sizeBytes ?? 0;
  }

  /** Says that everything in the pack before `indexedTo` was told, and whether more will come. */
  advance(pack: number, state: PackState): void {
    this.#packs.set(pack, state);
    if (this.#changes.size >= flushChanges || this.#changedBytes >= flushBytes) this.#flushBehind();
    else this.#cancelTimer ??= this.#clock.timer(flushAfterMs, () => this.#flushBehind());
  }

  /** Every object told of before the call is in the list or was deleted; those told of meanwhile may be. */
  async list(prefix: string, after: string | undefined, limit: number): Promise<readonly IndexedObject[]> {
    await this.settle();
    return this.#index.list(prefix, after, limit);
  }

  /** Settles when the index was told everything known at the time of the call. Throws when it cannot take it. */
  async settle(): Promise<void> {
    // What was handed over before the call does not hold all: let it end, then hand over the rest.
    await this.#flushing?.catch(() => undefined);
    await this.#flush();
  }

  /** Tells the index what it can; what it cannot take, the next start reads again. */
  async close(): Promise<void> {
    await this.settle().catch(() => undefined);
    this.#cancelTimer?.();
  }

  #flushBehind(): void {
    this.#flush().catch((error: unknown) => {
      this.#telemetry.log(
        "warn",
        "the index of objects cannot be written; a restart reads the packs instead",
        {
          reason: messageOf(error),
        },
      );
      this.#cancelTimer ??= this.#clock.timer(flushAfterMs, () => this.#flushBehind());
    });
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#handOver().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #handOver(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#changes.size === 0 && this.#packs.size === 0) return;
    const packs = this.#packs;
    this.#handed = this.#changes;
    this.#changes = new Map();
    this.#packs = new Map();
    this.#changedBytes = 0;
    try {
      const emptied = await this.#index.apply({
        objects: Array.from(this.#handed, ([key, location]) => ({ key, location })),
        packs: Array.from(packs, ([number, state]) => ({ number, ...state })),
      });
      this.#handed = new Map();
      if (emptied.length > 0) await this.#emptied(emptied);
    } catch (error) {
      // Back under what was told since.
      this.#changes = new Map([...this.#handed, ...this.#changes]);
      this.#packs = new Map([...packs, ...this.#packs]);
      this.#handed = new Map();
      throw error;
    }
  }
}
