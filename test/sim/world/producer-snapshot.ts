/**
 * Judges a stored snapshot of a partition's producers: it lies at the end of an entry and says what the entries below it say
 * (I4: a cold process begins there), and it holds nobody who is forgotten (I14). The entries are believed, and so is the pure
 * fold: what is looked for are snapshots of another time, or of entries that were never there.
 */
import { isDeepStrictEqual } from "node:util";
import { Fold, type FoldedEntry } from "../../../lib/engine/producers/fold.ts";
import { readProducers } from "../../../lib/format/items/index.ts";
import type { Attributes } from "../../../lib/ports/index.ts";
import type { Violation } from "../checker/index.ts";

/** After so much of the log's time a producer is forgotten. */
const expiryMs = 86_400_000;

/** What is wrong with the snapshot; `entries` by their offset, from the first on. */
export function snapshotFaults(
  attributes: Attributes,
  entries: ReadonlyMap<number, Omit<FoldedEntry, "base">>,
): readonly Violation[] {
  const { at, newestMs, producers } = readProducers(attributes);
  const forgotten = producers.filter(({ lastTimeMs }) => newestMs - lastTimeMs > expiryMs);
  const fold = new Fold();
  for (let entry = entries.get(0); entry && fold.at < at; entry = entries.get(fold.at))
    fold.take({ ...entry, base: fold.at });
  const expected = fold.snapshot();
  const stored = new Map(producers.map(({ producerId, ...state }) => [producerId, state]));
  const isTrue = isDeepStrictEqual({ at, newestMs, producers: stored }, expected);
  return [
    ...forgotten.map(({ producerId }) => ({
      invariant: "I14" as const,
      message: `the snapshot at ${at} holds producer ${producerId}, who is to be forgotten`,
    })),
    ...(isTrue
      ? []
      : [
          {
            invariant: "I4" as const,
            message: `the snapshot at ${at} says ${show(stored)} at ${newestMs}; the entries up to ${expected.at} say ${show(expected.producers)} at ${expected.newestMs}`,
          },
        ]),
  ];
}

function show(producers: ReadonlyMap<number, unknown>): string {
  return JSON.stringify([...producers]);
}
