/**
 * Which shards have a turn now, and where: here, in the process that plans, or away, in one of several workers. Chosen from one
 * cheap look at each sequencer and from what is remembered of the last turn. Nothing rests on it: what is passed over wrongly is
 * looked at later, and a turn that was chosen wrongly finds nothing to do.
 */
import type { SequencerImage } from "../../format/items/index.ts";

/** What a look at the sequencer of a shard tells. */
export type ShardSize = {
  readonly commits: number;
  /** Offsets below the log starts and the frontiers, all partitions together: rises when somebody compacts or expires. */
  readonly settled: number;
  /** Bytes that were rolled and wait to be compacted, estimated. */
  readonly waitingBytes: number;
};

/** What is remembered of a shard's last turn, on the monotonic clock. */
export type LastTurn = {
  readonly atMs: number;
  readonly size: ShardSize;
  /** `idle`: there was nothing to do; `sent`: it was given to a worker, which says nothing of it. */
  readonly end: "idle" | "worked" | "sent";
};

/** A shard that may have a turn. `last`: undefined when nothing is remembered. */
export type Candidate = { readonly size: ShardSize; readonly last: LastTurn | undefined };

export type PlanLimits = {
  /** A shard in which so much waits goes to a worker, bytes. */
  readonly awayFromBytes: number;
  /** Shards that go to workers at most; 0: there are none, and all is done here. */
  readonly awayMax: number;
  /** Where nothing was to do, or nobody has got on, it is looked at again after this, ms. */
  readonly idleMs: number;
};

/** Who has a turn; each list begins with those that waited longest. Who is in none has nothing to do. */
export type Plan<Each> = {
  readonly here: readonly Each[];
  readonly away: readonly Each[];
  /** Too many for the workers: the next plan begins with them. */
  readonly later: readonly Each[];
};

/** Of one record, where no live entry tells more, bytes. */
const recordBytesAssumed = 1024;

/** Reads a shard's size from an image of its sequencer; undefined: there is none, and nothing waits. */
export function sizeOfShard(image: SequencerImage | undefined): ShardSize {
  if (image === undefined) return { commits: 0, settled: 0, waitingBytes: 0 };
  const live = { offsets: 0, bytes: 0 };
  for (const { entry } of image.live)
    for (const { count, length } of entry.chunks) {
      live.offsets += count;
      live.bytes += length;
    }
  const totals = { offsets: 0, settled: 0 };
  for (const { next, start, frontier } of image.partitions.values()) {
    totals.offsets += next;
    totals.settled += Math.max(start, frontier);
  }
  const recordBytes = live.offsets === 0 ? recordBytesAssumed : live.bytes / live.offsets;
  const waiting = Math.max(0, totals.offsets - totals.settled - live.offsets);
  return { commits: image.commits, settled: totals.settled, waitingBytes: Math.round(waiting * recordBytes) };
}

/** Chooses among shards at a moment of the monotonic clock. */
export function planTurns<Each extends Candidate>(
  candidates: readonly Each[],
  nowMs: number,
  limits: PlanLimits,
): Plan<Each> {
  const due = candidates
    .filter(each => isDue(each, nowMs, limits))
    .toSorted((a, b) => lastMs(a) - lastMs(b) || b.size.waitingBytes - a.size.waitingBytes);
  const isAway = ({ size }: Each): boolean => limits.awayMax > 0 && size.waitingBytes >= limits.awayFromBytes;
  const away = due.filter(isAway);
  return {
    here: due.filter(each => !isAway(each)),
    away: away.slice(0, limits.awayMax),
    later: away.slice(limits.awayMax),
  };
}

function isDue({ size, last }: Candidate, nowMs: number, { idleMs }: PlanLimits): boolean {
  if (last === undefined || nowMs - last.atMs >= idleMs) return true;
  if (last.end === "idle") return size.commits !== last.size.commits;
  // A worker that has got on may have left something; one that has not is at it, or the message waits, or nothing was due.
  return last.end === "worked" || size.settled !== last.size.settled;
}

function lastMs({ last }: Candidate): number {
  return last?.atMs ?? Number.NEGATIVE_INFINITY;
}
