/**
 * When a partition forgets a producer, as far as clients can tell: its log went on by more than a day after the producer's
 * last batch, by what somebody else appended. The log's time is that of its segments: a leap of the calendar alone forgets
 * nobody. What follows is Kafka's promise for a producer that is unknown, and a stricter one:
 *
 *   a batch with sequence 0 is taken for the first of a new life: it may be there again, and what follows it too
 *   any other batch is refused as of an unknown producer, and never appended (Kafka takes it, whatever its sequence)
 */
import type { HistoryEvent } from "./history.ts";
import type { Losses } from "./losses.ts";
import { type Operation, placeOf } from "./operations.ts";
import type { Truth } from "./truth.ts";

/** Kafka's producer.id.expiration.ms. Shorter leaps of one run are, all together, less. */
const expiryMs = 86_400_000;

/** When a record was under way: from its first request to its last answer. */
type UnderWay = { readonly from: number; readonly until: number; readonly producerId: number | undefined };

type Remembered = { readonly earlier: Operation; readonly since: number };

export class Forgetting {
  /** Positions in the history. */
  readonly #leaps: readonly number[];
  /** By place: what may be there. */
  readonly #appends: ReadonlyMap<string, readonly Operation[]>;
  readonly #values = new Map<string, UnderWay>();
  readonly #othersOf = new Map<string, readonly Operation[]>();
  readonly #truth: Truth;
  readonly #losses: Losses;

  constructor(
    history: readonly HistoryEvent[],
    operations: readonly Operation[],
    truth: Truth,
    losses: Losses,
  ) {
    this.#truth = truth;
    this.#losses = losses;
    this.#leaps = history.flatMap((event, i) => (event.type === "leap" && event.ms > expiryMs ? [i] : []));
    const appends = new Map<string, Operation[]>();
    for (const operation of this.#leaps.length === 0 ? [] : operations) {
      const { invocation, outcome } = operation;
      const place = invocation.op === "append" ? placeOf(invocation) : undefined;
      if (invocation.op !== "append" || place === undefined || outcome.kind === "fail") continue;
      const there = appends.get(place) ?? [];
      appends.set(place, there);
      there.push(operation);
      for (const value of invocation.values) this.#sent(value, operation, invocation.producer?.id);
    }
    this.#appends = appends;
  }

  #sent(value: string, { invokedAt, endedAt }: Operation, producerId: number | undefined): void {
    const { from, until } = this.#values.get(value) ?? { from: invokedAt, until: endedAt };
    const underWay = { from: Math.min(from, invokedAt), until: Math.max(until, endedAt), producerId };
    this.#values.set(value, underWay);
  }

  /**
   * Whether what lies where `earlier` was told may have been forgotten when `later` was decided. `since`: when it was first sent. Its
   * first delivery may itself have been told another place, when it came after the producer was forgotten.
   */
  isPossible(place: string, producerId: number, { earlier, since }: Remembered, later: Operation): boolean {
    const { outcome } = earlier;
    const offset = outcome.kind === "ok" && outcome.answer.op === "append" ? outcome.answer.baseOffset : -1;
    return this.#leaps.some(
      leap =>
        since < leap &&
        leap < later.endedAt &&
        this.#others(place, producerId).some(
          other =>
            other.endedAt > leap && other.invokedAt < later.endedAt && this.#isAfter(place, offset, other),
        ),
    );
  }

  /**
   * Whether the producer of `delivery` was certainly unknown to the process that it was sent to: all that it sent ended
   * before a leap, and that process has acknowledged somebody else's new record since. (Another may not have heard of that
   * and tell a true duplicate from its memory.) `ofOne`: everything that this producer sent to the place.
   */
  isCertain(place: string, producerId: number, delivery: Operation, ofOne: readonly Operation[]): boolean {
    return this.#leaps.some(
      leap =>
        this.#others(place, producerId).some(
          ({ invocation, outcome, process, invokedAt, endedAt }) =>
            process === delivery.process &&
            invokedAt > leap &&
            endedAt < delivery.invokedAt &&
            outcome.kind === "ok" &&
            // What a producer sends may be there already: then nothing was appended.
            invocation.op === "append" &&
            invocation.producer === undefined,
        ) &&
        ofOne.every(
          other =>
            other === delivery ||
            other.endedAt < leap ||
            other.invokedAt > delivery.endedAt ||
            // Of one that is under way the batch may be told, though it fails in the end.
            (other.outcome.kind === "fail" && other.endedAt < delivery.invokedAt),
        ),
    );
  }

  /** Whether the log may have forgotten the producer between two of its records: somebody else's lies between them. */
  isBetween(place: string, before: number, after: number): boolean {
    const at = (offset: number): UnderWay | undefined => {
      const value = this.#truth.records.get(place)?.get(offset)?.value;
      return value === undefined ? undefined : this.#values.get(value);
    };
    const [first, last] = [at(before), at(after)];
    if (first === undefined || last === undefined) return false;
    return this.#leaps.some(leap => {
      if (first.from > leap || last.until < leap) return false;
      for (let offset = before + 1; offset < after; offset++) {
        const other = at(offset);
        if (other && other.until > leap && other.producerId !== last.producerId) return true;
      }
      return false;
    });
  }

  /** Whether what somebody appended may lie after that offset. */
  #isAfter(place: string, offset: number, { invocation }: Operation): boolean {
    const [value] = invocation.op === "append" ? invocation.values : [];
    const seen = this.#truth.places.get(value ?? "") ?? [];
    // Where something may be gone, nobody may have seen what lay there.
    if (!this.#truth.ends.has(place) || this.#losses.isLossy(place)) return true;
    return seen.some(at => at.place === place && at.offset > offset);
  }

  /** Kept: every two deliveries of a producer ask for it. */
  #others(place: string, producerId: number): readonly Operation[] {
    const key = `${place} ${producerId}`;
    const others =
      this.#othersOf.get(key) ??
      (this.#appends.get(place) ?? []).filter(
        ({ invocation }) => invocation.op === "append" && invocation.producer?.id !== producerId,
      );
    this.#othersOf.set(key, others);
    return others;
  }
}
