/** What must hold in every state of the readers model, and what once nothing more can happen. */
import type { Invariant } from "./checker.ts";
import type { ReaderInvariant } from "./readers.ts";
import { isStored, sourcesFor } from "./readers-reader.ts";
import type { State, World } from "./readers-state.ts";

type AtRest = "I12 a read comes to an end";

/** Held by every state. */
export function readerInvariants(world: World): Record<Exclude<ReaderInvariant, AtRest>, Invariant<State>> {
  return {
    "I2 one offset has one value": wrongRecord,
    "I6 no record is skipped": skipped,
    "I1 what is there is not refused": refused,
    "I10 every offset can be read afresh": state => unreadable(world, state),
  };
}

/** Held when nothing more can happen. */
export const readerInvariantsAtRest: Record<AtRest, Invariant<State>> = {
  "I12 a read comes to an end": stuck,
};

function wrongRecord({ reader, truth }: State): string | undefined {
  if (reader.phase !== "served") return undefined;
  const { servedOffset, servedSegment } = reader;
  if (truth[servedOffset] === servedSegment) return undefined;
  return `offset ${servedOffset} is of segment ${truth[servedOffset]} and was served from segment ${servedSegment}`;
}

function skipped({ reader, sequencer }: State): string | undefined {
  if (reader.phase !== "served" || reader.servedOffset === reader.asked || reader.asked < sequencer.start)
    return undefined;
  return `offset ${reader.asked} was asked for, ${reader.servedOffset} was served`;
}

function refused({ reader, sequencer }: State): string | undefined {
  if (reader.phase !== "outOfRange" || reader.asked < sequencer.start) return undefined;
  return `offset ${reader.asked} was called out of range of [${sequencer.start}, ${sequencer.next})`;
}

/** A reader that does everything in one moment, strongly, must get every offset: so a new plan always helps. */
function unreadable(world: World, state: State): string | undefined {
  const { sequencer, truth } = state;
  for (let offset = sequencer.start; offset < sequencer.next; offset++) {
    const source = sourcesFor(world, state, sequencer, offset).find(found => isStored(state, found));
    if (!source) return `nothing gives offset ${offset}`;
    if (source.offset !== offset || (source.kind === "segment" && source.name !== truth[offset]))
      return `${source.kind} ${source.name} gives offset ${source.offset} for ${offset}`;
  }
  return undefined;
}

function stuck({ reader }: State): string | undefined {
  const ended = reader.phase === "idle" || reader.phase === "warm" || reader.asked < 0;
  if (ended || reader.phase === "served" || reader.phase === "outOfRange") return undefined;
  return `the reader stays in ${reader.phase} for offset ${reader.asked}`;
}
