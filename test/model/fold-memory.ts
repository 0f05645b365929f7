/**
 * What a partition remembers of the producer, and what that makes of a batch. Pure. The same functions serve the processes,
 * which may break a rule, and the invariants, which know the whole log and break none.
 */
import { at } from "./lists.ts";

export type Batch = { readonly epoch: number; readonly sequence: number };

/** What is in a segment; -1: no batch, or no blind record beside it. The batch lies first. */
export type Content = { readonly batch: number; readonly companion: number; readonly day: number };

export type Fold = {
  /** It holds exactly what lies below. */
  readonly at: number;
  /** -1: no batch yet. */
  readonly epoch: number;
  /** The offset of each sequence of the epoch, from 0 on. */
  readonly offsets: readonly number[];
  /** The log's time, and what it was when the producer wrote last. */
  readonly newest: number;
  readonly last: number;
};

export const emptyFold: Fold = { at: 0, epoch: -1, offsets: [], newest: 0, last: 0 };

export type Decision =
  | { readonly kind: "append" }
  | { readonly kind: "duplicate"; readonly offset: number }
  /** `isPerhapsOld`: an entry that the fold has not seen could take it back. */
  | { readonly kind: "refuse"; readonly isPerhapsOld: boolean };

/** How the memory breaks the rules. */
export type Laxity = {
  readonly takesAhead?: boolean;
  readonly takesUnknown?: boolean;
  readonly takesOlderEpoch?: boolean;
  /** Forgets by this day instead of the log's. */
  readonly clockDay?: number;
  readonly bySegmentTime?: boolean;
};

function isForgotten({ newest, last }: Fold, { clockDay }: Laxity): boolean {
  return (clockDay ?? newest) > last;
}

export function decide(fold: Fold, { epoch, sequence }: Batch, laxity: Laxity = {}): Decision {
  if (fold.epoch < 0 || isForgotten(fold, laxity))
    return sequence === 0 || laxity.takesUnknown
      ? { kind: "append" }
      : { kind: "refuse", isPerhapsOld: true };
  if (epoch < fold.epoch && !laxity.takesOlderEpoch) return { kind: "refuse", isPerhapsOld: false };
  const expected = epoch === fold.epoch ? fold.offsets.length : 0;
  if (sequence === expected || (laxity.takesAhead && sequence > expected)) return { kind: "append" };
  if (epoch === fold.epoch && sequence < expected)
    return { kind: "duplicate", offset: at(fold.offsets, sequence) };
  if (epoch < fold.epoch) return { kind: "append" };
  return { kind: "refuse", isPerhapsOld: true };
}

/** The fold after a segment at its end. What was committed was decided then: it is believed. */
export function taken(
  fold: Fold,
  content: Content,
  records: number,
  batches: readonly Batch[],
  laxity: Laxity = {},
): Fold {
  const newest = Math.max(fold.newest, content.day);
  const end = fold.at + records;
  if (content.batch < 0) return { ...fold, at: end, newest };
  const { epoch } = at(batches, content.batch);
  const goesOn = epoch === fold.epoch && !isForgotten(fold, laxity);
  const offsets = goesOn ? [...fold.offsets, fold.at] : [fold.at];
  return { at: end, epoch, offsets, newest, last: laxity.bySegmentTime ? content.day : newest };
}
