/**
 * What of a log may be gone, and since when: by the rules that its topic was made with, by what was deleted by hand, and by keys
 * that have a later value. Whatever is missing without such a reason is lost. Clocks of processes may be wrong, that of the
 * stores is right: nothing goes before it says so.
 *
 *   deleted by hand     somebody had asked for it
 *   retention.ms        the record was older than that
 *   retention.bytes     what had been sent behind it was as much as is kept
 *   by key              something behind it had its key
 *   a tombstone         it had been there for delete.retention.ms
 *   damaged             its bytes were damaged before they were compacted
 */
import type { HistoryEvent, Invocation, LossRules } from "./history.ts";
import { type Operation, placeOf } from "./operations.ts";
import type { Truth } from "./truth.ts";

type Append = Extract<Invocation, { op: "append" }>;
/** A record with its place in the log. */
type Placed = {
  readonly offset: number;
  readonly timestampMs: number;
  readonly invokedAt: number;
  readonly key: string | undefined;
  readonly isTombstone: boolean;
};
/** An append that is there, or may be. `base`: where, if anybody knows. */
type Sent = {
  readonly base: number | undefined;
  readonly append: Append;
  readonly invokedAt: number;
};
type Trim = { readonly operation: Operation; readonly before: number | undefined };

/** What is known of one partition of a log that may lose something. */
type Lossy = {
  readonly rules: LossRules;
  readonly records: Map<number, Placed>;
  readonly sent: Sent[];
  readonly trims: Trim[];
  /** Below it everything was found to be gone with reason at some time, and so later too. */
  excusedTo: number;
};

export class Losses {
  readonly #rules = new Map<string, LossRules>();
  readonly #places = new Map<string, Lossy>();
  readonly #damaged = new Map<string, { readonly from: number; readonly to: number }[]>();
  /** By position in the history: what the calendar said, without the epoch. */
  readonly #calendarMs: readonly number[];
  readonly #truth: Truth;

  constructor(history: readonly HistoryEvent[], operations: readonly Operation[], truth: Truth) {
    this.#truth = truth;
    for (const { invocation } of operations)
      if (invocation.op === "create" && invocation.rules) this.#rules.set(invocation.topic, invocation.rules);
    for (const event of history)
      if (event.type === "damaged") {
        const place = `${event.log}/${event.partition}`;
        this.#damaged.set(place, [...(this.#damaged.get(place) ?? []), event]);
      }
    this.#calendarMs = this.#rules.size === 0 ? [] : calendarOf(history);
    for (const operation of this.#rules.size === 0 ? [] : operations) this.#take(operation);
  }

  /** Whether the log was made with rules, or damaged. */
  isLossy(place: string | undefined): boolean {
    return place !== undefined && (this.#rules.has(logOf(place)) || this.#damaged.has(place));
  }

  /** Whether nobody can read what was at an offset. */
  isDamaged(place: string | undefined, offset: number): boolean {
    const ranges = this.#damaged.get(place ?? "") ?? [];
    return ranges.some(({ from, to }) => from <= offset && offset < to);
  }

  /** Whether the last value of each key stays, and others may go. */
  isCompact(place: string | undefined): boolean {
    return place !== undefined && this.#rules.get(logOf(place))?.isCompact === true;
  }

  /** Whether what is at an offset may have been gone at a moment of the history; of an offset that nobody knows, always. */
  mayBeGone(place: string | undefined, offset: number, until: number): boolean {
    if (this.isDamaged(place, offset)) return true;
    const lossy = place === undefined ? undefined : this.#places.get(place);
    if (lossy === undefined) return place !== undefined && this.#rules.has(logOf(place));
    const record = lossy.records.get(offset);
    if (record === undefined) return true;
    return (
      this.#isTrimmed(lossy, record, until) ||
      (lossy.rules.isDelete && this.#isExpired(lossy, record, until)) ||
      (lossy.rules.isCompact && this.#isSuperseded(lossy, record, until))
    );
  }

  /** The first offset below `start` that cannot have been gone; undefined: a log may begin there. */
  lostBelow(place: string, start: number, until: number): number | undefined {
    const lossy = this.#places.get(place);
    if (!this.#rules.has(logOf(place))) return start > 0 ? 0 : undefined;
    if (lossy === undefined) return undefined;
    for (let offset = lossy.excusedTo; offset < start; offset++) {
      const record = lossy.records.get(offset);
      // Where keys are compacted too, what expires may have lost its younger records before.
      const isGone =
        record === undefined ||
        this.#isTrimmed(lossy, record, until) ||
        (lossy.rules.isDelete && this.mayBeGone(place, offset, until));
      if (!isGone) return offset;
      lossy.excusedTo = offset + 1;
    }
    return undefined;
  }

  /** Whether a record of the key may lie behind all that are known. */
  mayBeBehind(place: string, key: string): boolean {
    return hasUnplaced(this.#places.get(place)?.sent ?? [], key, Number.POSITIVE_INFINITY);
  }

  /** Every record that somebody was told of, in order of offset. */
  known(place: string): readonly Placed[] {
    const records = this.#places.get(place)?.records.values() ?? [];
    return [...records].toSorted((a, b) => a.offset - b.offset);
  }

  /** Places of logs that may lose something. */
  get places(): readonly string[] {
    return [...this.#places.keys()];
  }

  #take(operation: Operation): void {
    const { invocation, outcome } = operation;
    if (invocation.op !== "append" && invocation.op !== "trim") return;
    const place = placeOf(invocation);
    const rules = place === undefined ? undefined : this.#rules.get(logOf(place));
    if (place === undefined || rules === undefined || outcome.kind === "fail") return;
    const known = this.#places.get(place);
    const lossy: Lossy = known ?? { rules, records: new Map(), sent: [], trims: [], excusedTo: 0 };
    this.#places.set(place, lossy);
    if (invocation.op === "append") this.#sent(place, lossy, operation, invocation);
    else {
      const answered =
        outcome.kind === "ok" && outcome.answer.op === "trimmed" ? outcome.answer.logStartOffset : undefined;
      const asked = invocation.before === "highWatermark" ? undefined : invocation.before;
      lossy.trims.push({ operation, before: asked ?? answered });
    }
  }

  #sent(place: string, lossy: Lossy, { outcome, invokedAt }: Operation, append: Append): void {
    const answer = outcome.kind === "ok" && outcome.answer.op === "append" ? outcome.answer : undefined;
    const bases = new Set<number>(answer === undefined ? [] : [answer.baseOffset]);
    for (const [i, value] of append.values.entries())
      for (const seen of this.#truth.places.get(value) ?? [])
        if (seen.place === place) bases.add(seen.offset - i);
    for (const base of bases)
      for (const i of append.values.keys()) {
        const before = lossy.records.get(base + i);
        lossy.records.set(base + i, {
          offset: base + i,
          timestampMs: append.timestampsMs?.[i] ?? answer?.appendTimeMs ?? 0,
          // The same batch may have been sent several times: any of them may have brought it.
          invokedAt: Math.min(before?.invokedAt ?? invokedAt, invokedAt),
          key: append.keys?.[i],
          isTombstone: append.tombstones?.[i] ?? false,
        });
      }
    for (const base of bases.size === 0 ? [undefined] : bases) lossy.sent.push({ base, append, invokedAt });
  }

  #isTrimmed({ trims }: Lossy, { offset, invokedAt }: Placed, until: number): boolean {
    return trims.some(
      ({ operation, before }) =>
        operation.invokedAt < until &&
        (before === undefined ? invokedAt < operation.endedAt : offset < before),
    );
  }

  #isExpired({ rules, sent }: Lossy, { offset, timestampMs }: Placed, until: number): boolean {
    const { retentionMs, retentionBytes, epochMs } = rules;
    if (retentionMs >= 0 && epochMs + this.#at(until) - timestampMs > retentionMs) return true;
    if (retentionBytes < 0) return false;
    let behind = 0;
    for (const { base, append, invokedAt } of sent)
      if (invokedAt < until && (base === undefined || base > offset)) behind += append.sizeBytes ?? 0;
    return behind >= retentionBytes;
  }

  #isSuperseded(lossy: Lossy, record: Placed, until: number): boolean {
    const { key, offset } = record;
    if (key === undefined) return false;
    const { rules, records, sent } = lossy;
    if (record.isTombstone && this.#at(until) - this.#at(record.invokedAt) >= rules.deleteRetentionMs)
      return true;
    if (hasUnplaced(sent, key, until)) return true;
    for (const other of records.values())
      if (other.key === key && other.offset > offset && other.invokedAt < until) return true;
    return false;
  }

  #at(position: number): number {
    return this.#calendarMs[Math.min(position, this.#calendarMs.length - 1)] ?? 0;
  }
}

/** Whether something with the key may be somewhere, and nobody has seen it. */
function hasUnplaced(sent: readonly Sent[], key: string, until: number): boolean {
  return sent.some(
    ({ base, append, invokedAt }) => base === undefined && invokedAt < until && append.keys?.includes(key),
  );
}

function logOf(place: string): string {
  return place.slice(0, place.lastIndexOf("/"));
}

function calendarOf(history: readonly HistoryEvent[]): readonly number[] {
  let leaptMs = 0;
  return history.map(event => {
    if (event.type === "leap") leaptMs += event.ms;
    return event.atMs + leaptMs;
  });
}
