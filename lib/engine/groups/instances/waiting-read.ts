/**
 * A read that waits in steps of a heartbeat: after each it asks whether the reader has still what it reads.
 */
import type { OffsetReset, Positions } from "../../../format/items/index.ts";
import type { Clock } from "../../../ports/index.ts";
import type { GroupRead, GroupReader } from "./group-reader.ts";
import type { ReadOptions } from "./types.ts";

type Deps = { readonly clock: Clock; readonly reader: GroupReader; readonly stepMs: number };

/** What the reader is to go on with; undefined: it is to answer with what it has. */
export type Renew = () => Promise<Positions | undefined>;

/** Reads until there is something, the time is over, somebody ends it, or `renew` says so. */
export async function readWaiting(
  { clock, reader, stepMs }: Deps,
  from: Positions,
  reset: OffsetReset,
  options: ReadOptions,
  renew: Renew,
): Promise<GroupRead> {
  const endMs = clock.monotonicMs() + options.waitMs;
  for (let positions = from; ; ) {
    const beganMs = clock.monotonicMs();
    const waitMs = Math.max(0, Math.min(stepMs, endMs - beganMs));
    const read = await reader.read(positions, reset, { ...options, waitMs });
    const nowMs = clock.monotonicMs();
    // Ended before its time without records: by whoever stops the process, or by a partition that is gone.
    const isEnded = nowMs >= endMs || nowMs - beganMs < waitMs || options.signal.aborted;
    if (read.records.length > 0 || isEnded) return read;
    const renewed = await renew();
    if (renewed === undefined) return read;
    positions = renewed;
  }
}
