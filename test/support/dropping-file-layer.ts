/**
 * A file system in memory that forgets. After a power loss a file holds what was synced, and of what was written since
 * any part: each block may have reached the disk or not, in no order, and the file may have grown without its bytes.
 * A file made or unlinked without a sync of its directory may be there or not.
 *
 * It can lose its power at any step, fail a call with a code, and hold calls back to show what goes on beside them.
 */
import { dirname } from "node:path";
import type { FileLayer, OpenFile } from "../../lib/adapters/local/index.ts";

/** A seeded source of chance: a number in [0, 1). */
export type Chance = () => number;
export type FileOperation =
  | "create"
  | "open"
  | "write"
  | "sync"
  | "truncate"
  | "remove"
  | "syncDirectory"
  | "read";

type Write = { readonly position: number; readonly bytes: Uint8Array };
type State = { synced: Uint8Array; now: Uint8Array; unsynced: Write[] };
type Failure = { readonly operation: FileOperation; readonly code: string; readonly writtenBytes: number };

/** Small, so that a record lies on several: what a disk writes at once is not what we write at once. */
const blockBytes = 64;

export class DroppingFileLayer implements FileLayer {
  readonly #chance: Chance;
  /** What programs see, and what a power loss leaves of names. */
  readonly #names = new Map<string, State>();
  readonly #syncedNames = new Map<string, State>();
  readonly #directories = new Set<string>();
  readonly #failures: Failure[] = [];
  readonly #held = new Map<FileOperation, Promise<void>>();
  #cutAt = Number.POSITIVE_INFINITY;
  readonly #cut = Promise.withResolvers<void>();
  /** Steps so far: each call has one before its effect and one after it. */
  steps = 0;
  /** Finished calls by operation. */
  readonly done: Record<FileOperation, number> = {
    create: 0,
    open: 0,
    write: 0,
    sync: 0,
    truncate: 0,
    remove: 0,
    syncDirectory: 0,
    read: 0,
  };

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Settles when the power has gone. */
  get cut(): Promise<void> {
    return this.#cut.promise;
  }

  /** The power goes at this step: that call and all after it never settle. */
  cutAt(step: number): void {
    this.#cutAt = step;
  }

  /** The next call of the kind fails, a write after some of its bytes. */
  failNext(operation: FileOperation, code: string, writtenBytes = 0): void {
    this.#failures.push({ operation, code, writtenBytes });
  }

  /** Calls of the kind wait until the function returned is called. */
  hold(operation: FileOperation): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(operation, promise);
    return () => {
      this.#held.delete(operation);
      resolve();
    };
  }

  /** What a new start finds after the process was killed: all that was written, synced or not. */
  kill(): DroppingFileLayer {
    const found = new DroppingFileLayer(this.#chance);
    const copies = new Map<State, State>();
    const copyOf = (state: State): State => {
      const copy = copies.get(state) ?? { ...state, unsynced: [...state.unsynced] };
      copies.set(state, copy);
      return copy;
    };
    for (const directory of this.#directories) found.#directories.add(directory);
    for (const [path, state] of this.#names) found.#names.set(path, copyOf(state));
    for (const [path, state] of this.#syncedNames) found.#syncedNames.set(path, copyOf(state));
    return found;
  }

  /** What a new start finds after the power is back. */
  powerLoss(): DroppingFileLayer {
    const found = new DroppingFileLayer(this.#chance);
    for (const directory of this.#directories) found.#directories.add(directory);
    const survival = this.#oneOf([0, 0.5, 0.9, 1]);
    for (const [path, state] of new Map([...this.#syncedNames, ...this.#names])) {
      const wasSynced = this.#syncedNames.get(path) === state;
      const isThere = this.#names.get(path) === state;
      if (wasSynced !== isThere && this.#chance() >= survival) {
        if (isThere) continue;
      } else if (!isThere) continue;
      const bytes = this.#leftOf(state, survival);
      const left = { synced: bytes, now: bytes.slice(), unsynced: [] };
      found.#names.set(path, left);
      found.#syncedNames.set(path, left);
    }
    return found;
  }

  async makeDirectory(path: string): Promise<void> {
    this.#directories.add(path);
  }

  async checkWritable(): Promise<void> {}

  async list(path: string): Promise<readonly string[]> {
    return [...this.#names.keys()]
      .filter(name => dirname(name) === path)
      .map(name => name.slice(path.length + 1));
  }

  create(path: string): Promise<OpenFile> {
    return this.#step("create", () => {
      if (this.#names.has(path)) throw systemError("EEXIST");
      const state = { synced: new Uint8Array(), now: new Uint8Array(), unsynced: [] };
      this.#names.set(path, state);
      return this.#file(state);
    });
  }

  open(path: string): Promise<OpenFile> {
    return this.#step("open", () => {
      const state = this.#names.get(path);
      if (!state) throw systemError("ENOENT");
      return this.#file(state);
    });
  }

  remove(path: string): Promise<void> {
    return this.#step("remove", () => {
      if (!this.#names.delete(path)) throw systemError("ENOENT");
    });
  }

  syncDirectory(path: string): Promise<void> {
    return this.#step("syncDirectory", () => {
      for (const name of this.#syncedNames.keys())
        if (dirname(name) === path && !this.#names.has(name)) this.#syncedNames.delete(name);
      for (const [name, state] of this.#names) if (dirname(name) === path) this.#syncedNames.set(name, state);
    });
  }

  #file(state: State): OpenFile {
    let closed = false;
    const step = <T>(operation: FileOperation, effect: (failure?: Failure) => T): Promise<T> => {
      if (closed) throw systemError("EBADF");
      return this.#step(operation, effect);
    };
    return {
      size: async () => state.now.length,
      read: (position, length) => step("read", () => state.now.slice(position, position + length)),
      write: (parts, position) =>
        step("write", failure => {
          const whole = new Uint8Array(Buffer.concat(parts));
          const bytes = failure ? whole.subarray(0, failure.writtenBytes) : whole;
          state.now = overlaid(state.now, { position, bytes });
          state.unsynced.push({ position, bytes });
        }),
      sync: async () => {
        // Only what was written before the call: that is all it promises.
        const covered = state.unsynced.length;
        await step("sync", () => {
          for (const write of state.unsynced.splice(0, covered)) state.synced = overlaid(state.synced, write);
        });
      },
      truncate: length =>
        step("truncate", () => {
          state.now = state.now.slice(0, length);
          state.synced = state.synced.slice(0, length);
          state.unsynced = state.unsynced.flatMap(({ position, bytes }) =>
            position < length ? [{ position, bytes: bytes.subarray(0, length - position) }] : [],
          );
        }),
      close: async () => {
        closed = true;
      },
    };
  }

  /** One call: waits, takes effect, waits. The power may go before the effect or after it. */
  async #step<T>(operation: FileOperation, effect: (failure?: Failure) => T): Promise<T> {
    await this.#turn();
    await this.#held.get(operation);
    const index = this.#failures.findIndex(failure => failure.operation === operation);
    const [failure] = index < 0 ? [] : this.#failures.splice(index, 1);
    if (failure) {
      if (operation === "write") effect(failure);
      throw systemError(failure.code);
    }
    const result = effect();
    await this.#turn();
    this.done[operation]++;
    return result;
  }

  async #turn(): Promise<void> {
    this.steps++;
    if (this.steps >= this.#cutAt) {
      this.#cut.resolve();
      await new Promise(() => undefined);
    }
    await new Promise(resolve => setImmediate(resolve));
  }

  #leftOf(state: State, survival: number): Uint8Array {
    let bytes = state.synced;
    for (const { position, bytes: written } of state.unsynced)
      for (let at = 0; at < written.length; at += blockBytes)
        if (this.#chance() < survival)
          bytes = overlaid(bytes, { position: position + at, bytes: written.subarray(at, at + blockBytes) });
    // The length may have reached the disk without the bytes.
    if (this.#chance() < survival)
      bytes = overlaid(bytes, { position: state.now.length, bytes: new Uint8Array() });
    return bytes.slice();
  }

  #oneOf<T>(values: readonly [T, ...T[]]): T {
    return values[Math.floor(this.#chance() * values.length)] ?? values[0];
  }
}

function overlaid(bytes: Uint8Array, write: Write): Uint8Array {
  const whole = new Uint8Array(Math.max(bytes.length, write.position + write.bytes.length));
  whole.set(bytes);
  whole.set(write.bytes, write.position);
  return whole;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the test wished`), { code });
}

/** A repeatable source of chance (mulberry32). */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
