/**
 * An index of objects in memory that forgets: after a power loss it knows the first so many of the changes it was told,
 * at least all before the last drop of packs. That is what SQLite promises of the real one.
 */

import type {
  IndexChanges,
  IndexedObject,
  IndexedPack,
  Location,
  ObjectIndex,
  PackUsage,
} from "../../lib/adapters/local/index.ts";
import { compareKeys } from "../../lib/ports/index.ts";
import type { Chance } from "./dropping-file-layer.ts";

type Step = (index: DroppingObjectIndex) => void;

export class DroppingObjectIndex implements ObjectIndex {
  readonly #chance: Chance;
  readonly #steps: Step[] = [];
  #durable = 0;
  readonly #objects = new Map<string, Location>();
  readonly #packs = new Map<number, IndexedPack>();
  /** The next changes are refused. */
  failNext = false;
  #held: Promise<void> | undefined;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  get packs(): readonly IndexedPack[] {
    return [...this.#packs.values()];
  }

  /** What a new start finds after the process was killed. */
  kill(): DroppingObjectIndex {
    return this.#first(this.#steps.length, this.#durable);
  }

  /** What a new start finds after the power is back. */
  powerLoss(): DroppingObjectIndex {
    const left = this.#durable + Math.floor(this.#chance() * (this.#steps.length - this.#durable + 1));
    return this.#first(left, left);
  }

  #first(steps: number, durable: number): DroppingObjectIndex {
    const found = new DroppingObjectIndex(this.#chance);
    for (const step of this.#steps.slice(0, steps)) found.#do(step);
    found.#durable = durable;
    return found;
  }

  /** Changes wait until the function returned is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return () => {
      this.#held = undefined;
      resolve();
    };
  }

  find(key: string): Location | undefined {
    return this.#objects.get(key);
  }

  list(prefix: string, after: string | undefined, limit: number): readonly IndexedObject[] {
    return [...this.#objects]
      .filter(([key]) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0))
      .sort(([a], [b]) => compareKeys(a, b))
      .slice(0, limit)
      .map(([key, location]) => ({ key, location }));
  }

  async apply({ objects, packs }: IndexChanges): Promise<readonly number[]> {
    await turn();
    await this.#held;
    if (this.failNext) {
      this.failNext = false;
      throw new Error("the index has no space");
    }
    this.#do(index => {
      for (const { key, location } of objects) {
        if (location) index.#objects.set(key, location);
        else index.#objects.delete(key);
      }
      for (const pack of packs) index.#packs.set(pack.number, { ...pack, dropped: false });
    });
    await turn();
    const live = new Set([...this.#objects.values()].map(location => location.pack));
    return this.packs
      .filter(pack => pack.sealed && !pack.dropped && !live.has(pack.number))
      .map(pack => pack.number);
  }

  async drop(packs: readonly number[]): Promise<void> {
    await turn();
    this.#do(index => {
      for (const number of packs) {
        const pack = index.#packs.get(number);
        if (pack) index.#packs.set(number, { ...pack, dropped: true });
      }
    });
    this.#durable = this.#steps.length;
    await turn();
  }

  async usage(): Promise<readonly PackUsage[]> {
    await turn();
    return this.packs.flatMap(({ number, indexedTo, dropped }) => {
      const live = [...this.#objects].filter(([, { pack }]) => pack === number);
      const liveBytes = live.reduce((sum, [key, { sizeBytes }]) => sum + sizeBytes + key.length + 23, 0);
      return dropped ? [] : [{ pack: number, bytes: indexedTo, liveBytes }];
    });
  }

  async objectsIn(pack: number): Promise<readonly IndexedObject[]> {
    await turn();
    return [...this.#objects]
      .map(([key, location]) => ({ key, location }))
      .filter(({ location }) => location.pack === pack)
      .sort((a, b) => a.location.position - b.location.position);
  }

  async forget(packs: readonly number[]): Promise<void> {
    await turn();
    this.#do(index => {
      for (const number of packs) index.#packs.delete(number);
    });
  }

  #do(step: Step): void {
    this.#steps.push(step);
    step(this);
  }
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
