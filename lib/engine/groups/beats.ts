/**
 * Says of members that they live, as often as others need to hear it and no more: one small write per member and third of its
 * session, whatever number of heartbeats its client sends.
 */
import { groupMemberKey, isMember } from "../../format/items/index.ts";
import type { Attributes, Clock, Random } from "../../ports/index.ts";
import { beatsPerSession } from "./observe.ts";
import type { GroupStore } from "./store.ts";

/** Whose beat it is. */
export type Beating = { readonly key: string; readonly memberId: string };

/** `gone`: the item is not of this member any more; what is there instead. */
export type BeatResult =
  | { readonly kind: "beats" }
  | { readonly kind: "gone"; readonly current: Attributes | undefined };

type Written = { readonly sessionMs: number; readonly atMs: number };

const beatBytes = 6;
const membersMax = 10_000;

export class Beats {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #store: GroupStore;
  readonly #group: string;
  /** When this process wrote last, by member id. */
  readonly #written = new Map<string, Written>();

  constructor(
    { clock, random }: { readonly clock: Clock; readonly random: Random },
    store: GroupStore,
    group: string,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#store = store;
    this.#group = group;
  }

  /** A beat to write with the member's item, which counts as written now. */
  fresh(memberId: string, sessionMs: number): string {
    this.#written.delete(memberId);
    this.#written.set(memberId, { sessionMs, atMs: this.#clock.monotonicMs() });
    if (this.#written.size > membersMax) this.#forgetOldest();
    return Buffer.from(this.#random.bytes(beatBytes)).toString("base64url");
  }

  /** Writes a beat if one is due, or if this process has never written one. */
  async beat({ key, memberId }: Beating): Promise<BeatResult> {
    const itemKey = groupMemberKey(this.#group, key);
    let written = this.#written.get(memberId);
    if (written === undefined) {
      const current = await this.#store.get(itemKey, true);
      const sessionMs = current?.["sessionMs"];
      if (current?.["memberId"] !== memberId || typeof sessionMs !== "number")
        return { kind: "gone", current };
      written = { sessionMs, atMs: Number.NEGATIVE_INFINITY };
    }
    const { sessionMs, atMs } = written;
    if (this.#clock.monotonicMs() - atMs < sessionMs / beatsPerSession) return { kind: "beats" };
    const beat = this.fresh(memberId, sessionMs);
    const result = await this.#store.update(itemKey, { set: { beat } }, isMember(memberId));
    if (result.kind === "applied") return { kind: "beats" };
    this.#written.delete(memberId);
    return { kind: "gone", current: result.current };
  }

  #forgetOldest(): void {
    for (const memberId of this.#written.keys()) {
      this.#written.delete(memberId);
      return;
    }
  }
}
