/**
 * What one member owns and has read, by what it says: pure. A record that it gives out of a partition which it has just given
 * up is late: it asked for it while the partition was its own. Kafka's Fetch knows no owners, so no server can refuse it; most
 * clients throw such records away, and one does not. Whoever owns the partition now reads them too.
 */
import type { MemberEvent } from "./member.ts";

/** `partition:offset`. */
type Place = string;

export class Ledger {
  readonly #givesOutLate: boolean;
  readonly #read: Place[] = [];
  readonly #late: Place[] = [];
  #owned: readonly number[] = [];
  /** What it owned before the change that it was last told of, and does not own since. */
  #gaveUp: readonly number[] = [];

  /** `givesOutLate` is the client's: of any other, a late record counts as read. */
  constructor({ givesOutLate }: { readonly givesOutLate: boolean }) {
    this.#givesOutLate = givesOutLate;
  }

  /** Every partition that it owns now. */
  get owned(): readonly number[] {
    return this.#owned;
  }

  /** What it read, in its order, but for what was late. */
  get read(): readonly Place[] {
    return this.#read;
  }

  /** What it gave out of partitions that it had just given up. */
  get late(): readonly Place[] {
    return this.#late;
  }

  /** Takes down what the member says. */
  hear(said: MemberEvent): void {
    if (said.event === "owns") this.#change(said.partitions);
    if (said.event === "record") {
      const isLate = this.#givesOutLate && this.#gaveUp.includes(said.partition);
      (isLate ? this.#late : this.#read).push(`${said.partition}:${said.offset}`);
    }
  }

  #change(partitions: readonly number[]): void {
    // Between two assignments it owns nothing: what it gives up is known only with the next one.
    const before = this.#owned.length > 0 ? this.#owned : this.#gaveUp;
    this.#gaveUp = before.filter(partition => !partitions.includes(partition));
    this.#owned = partitions;
  }
}
