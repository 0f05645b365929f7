/**
 * The items of committed offsets: one conditional write a change. What a write answers is remembered, so that the next
 * change of this process needs no read; who is refused goes on from the image that refused. Forgetting costs a refusal.
 */
import { LRUCache } from "lru-cache";
import type { OffsetsChange } from "../../../format/items/index.ts";
import type { Attributes, ItemKey, UpdateResult } from "../../../ports/index.ts";
import { Serial } from "../../../std/index.ts";
import type { GroupStore } from "../store.ts";
import { choose, type Era, type Seen, seenIn, type Write } from "./choose.ts";
import type { Waiting } from "./waiting.ts";

/** Items whose heads are remembered, some 200 bytes each. */
const headsMax = 10_000;

/**
 * `moved`: who asks has to be admitted anew, for the item is of a later generation, or is told apart by its version and has
 * another. `isInDoubt`: an attempt was not answered, and may be what was made. `full`: partitions that the item has no room for.
 */
export type Changed =
  | { readonly kind: "changed"; readonly seen: Seen | undefined; readonly full: ReadonlySet<number> }
  | { readonly kind: "moved"; readonly seen: Seen; readonly isInDoubt: boolean };

type Remembered = Seen & { readonly moment: number };

export class OffsetItems {
  readonly #store: GroupStore;
  readonly #heads = new LRUCache<string, Remembered>({ max: headsMax });
  #moment = 0;
  readonly #turns = new Serial<string>();

  constructor(store: GroupStore) {
    this.#store = store;
  }

  /** Changes of one item go in the order in which they came to this process: they would only refuse each other. */
  inTurn<T>(key: ItemKey, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(nameOf(key), work);
  }

  /** A moment later than all before, to be taken before something is read. */
  moment(): number {
    return ++this.#moment;
  }

  /** Whether this process has learnt of the item's version after that moment. */
  isSeenSince(key: ItemKey, moment: number): boolean {
    return (this.#heads.peek(nameOf(key))?.moment ?? 0) > moment;
  }

  /** The item as of now. */
  async look(key: ItemKey): Promise<Seen | undefined> {
    return this.#see(key, await this.#store.get(key, true));
  }

  /** Makes the change once, from what was seen or is remembered. Throws GroupUnavailable; it may then be made or not. */
  async change(
    key: ItemKey,
    era: Era,
    change: OffsetsChange,
    waiting: Waiting,
    from: Seen | undefined = this.#heads.get(nameOf(key)),
  ): Promise<Changed> {
    const refused = waiting.refusals();
    let isInDoubt = false;
    const onDoubt = (): void => {
      isInDoubt = true;
    };
    for (let seen = from; ; ) {
      waiting.check();
      // A version learnt since may be that of who has overtaken the caller: it does not say that the caller may write on it.
      if (waiting.basis && this.isSeenSince(key, waiting.basis.since)) await waiting.basis.check();
      const choice = choose(key, seen, era, change);
      if (choice.kind === "moved") return { kind: "moved", seen: choice.seen, isInDoubt };
      if (choice.kind === "done") return { kind: "changed", seen, full: choice.full };
      if (choice.kind === "look") {
        seen = await this.look(key);
        if (era.isByVersion && seen !== undefined) return { kind: "moved", seen, isInDoubt };
        continue;
      }
      const result = await this.#write(key, choice, onDoubt);
      if (result.kind === "applied")
        return { kind: "changed", seen: this.#see(key, result.attributes), full: choice.full };
      seen = this.#see(key, result.current);
      await refused();
      if (era.isByVersion && seen !== undefined) return { kind: "moved", seen, isInDoubt };
    }
  }

  #write(key: ItemKey, write: Write, onDoubt: () => void): Promise<UpdateResult> {
    return write.verb === "put"
      ? this.#store.put(write.item, write.condition, onDoubt)
      : this.#store.update(key, write.update, write.condition, onDoubt);
  }

  #see(key: ItemKey, image: Attributes | undefined): Seen | undefined {
    if (image === undefined) {
      this.#heads.delete(nameOf(key));
      return undefined;
    }
    const seen = seenIn(key, image);
    const { image: _, ...head } = seen;
    this.#heads.set(nameOf(key), { ...head, moment: this.moment() });
    return seen;
  }
}

function nameOf({ pk, sk }: ItemKey): string {
  return `${pk} ${sk}`;
}
