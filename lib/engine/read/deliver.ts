/**
 * Brings located records to the caller: loads their chunks, all at once, and takes whole batches from the offset on. A
 * chunk whose segment is missing is planned anew from a strong look; it never turns into a gap.
 */
import { type Offset, offset, type SegmentId } from "../../format/index.ts";
import { CumulogError } from "../../std/index.ts";
import { asFailure, ReadFailed, RecordsCorrupt } from "../errors.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import type { EngineDeps, FetchAnswer } from "../types.ts";
import { keyOf } from "./block-cache.ts";
import type { PlannedChunk } from "./chunk.ts";
import { type Chunk, describeChunk } from "./chunk.ts";
import type { ChunkLoader } from "./load.ts";
import { type Located, type Locator, nameOf, plansMax, type Target } from "./locate.ts";
import type { Planner } from "./plan.ts";

export class Deliverer {
  readonly #deps: EngineDeps;
  readonly #locator: Locator;
  readonly #planner: Planner;
  readonly #loader: ChunkLoader;

  constructor(deps: EngineDeps, locator: Locator, planner: Planner, loader: ChunkLoader) {
    this.#deps = deps;
    this.#locator = locator;
    this.#planner = planner;
    this.#loader = loader;
  }

  /** The batches, at most `allowed` bytes of them; with `mustBring` the first one in any case. Never throws. */
  async deliver(
    located: Located,
    allowed: number,
    mustBring: boolean,
    deadlineMs: DeadlineMs,
  ): Promise<FetchAnswer> {
    const { target } = located;
    const batches: Uint8Array[] = [];
    let reached: number = target.from;
    let bytes = 0;
    try {
      // All at once: a backlog of small segments would otherwise cost one round trip after another.
      const wanted = mustBring || allowed > 0 ? withinBytes(located.chunks, allowed) : [];
      const loading = wanted.map((place, i) => {
        // A chunk may begin before what is wanted of it: elsewhere that may lie in another.
        const before = wanted[i - 1];
        const from = Math.max(place.base, before ? before.base + before.offsetCount : target.from);
        return this.#load(located, place, offset(from), allowed, deadlineMs).catch(asFailure);
      });
      for (const [i, place] of wanted.entries()) {
        if (bytes > 0 && bytes >= allowed) break;
        const chunk = await loading[i];
        if (chunk === undefined) break;
        if (chunk instanceof CumulogError) throw chunk;
        const taken = take(chunk, reached, allowed - bytes, bytes === 0, mustBring);
        for (const batch of taken.batches) batches.push(batch);
        bytes += taken.bytes;
        reached = taken.end;
        // What has moved may be cut elsewhere: what follows was planned behind the end that it had.
        if (!taken.isWhole || chunk.end !== place.base + place.offsetCount) break;
      }
    } catch (error) {
      // What was read before the trouble is good; the trouble is told when it is what was asked for.
      if (batches.length === 0) return { kind: "failed", error: whereItHappened(target, asFailure(error)) };
    }
    // Others may have seen more meanwhile: within a process the high watermark does not go back.
    const head = target.shard.known?.partitions.get(target.partition) ?? located.head;
    return {
      kind: "records",
      batches,
      nextOffset: offset(reached),
      highWatermark: head.next,
      lastStableOffset: head.next,
      logStartOffset: head.start,
    };
  }

  /** The chunk, or what has become of it from an offset on. */
  async #load(
    located: Located,
    place: PlannedChunk,
    from: Offset,
    bytesWanted: number,
    deadlineMs: DeadlineMs,
  ): Promise<Chunk> {
    const readOn = { behind: located.chunks.slice(located.chunks.indexOf(place) + 1), bytesWanted };
    const isTail = located.image.live.some(live => live.segmentId === place.segmentId);
    const share = isTail ? "tail" : "backlog";
    const { target } = located;
    const missing = new Set<SegmentId>();
    let wanted = place;
    for (let attempt = 1; attempt <= plansMax; attempt++) {
      const loaded = await this.#loader.load(wanted, share, deadlineMs, attempt === 1 ? readOn : undefined);
      if (loaded.kind === "loaded") return loaded.chunk;
      missing.add(wanted.segmentId);
      // The plan may be older than what moved the records: see where they are now.
      const image = await this.#locator.imageThatServes(target, deadlineMs);
      const again = await repeating(this.#deps, deadlineMs, () =>
        this.#planner.plan(target.shard, image, target.partition, from, 1, "anew", missing),
      );
      const moved = again.kind === "chunks" ? again.chunks[0] : undefined;
      // A strong plan that names the same segment again: nothing moved, it is gone.
      if (moved === undefined || keyOf(moved) === keyOf(wanted))
        throw new RecordsCorrupt(
          `offsets [${place.base}, ${place.base + place.offsetCount}): ${describeChunk(wanted)} is missing`,
        );
      wanted = moved;
    }
    throw new ReadFailed(`offset ${from} of ${nameOf(target)} moved ${plansMax} times while it was read`);
  }
}

/** A chunk knows its segment and its offsets; whoever reads the message also wants the partition. */
function whereItHappened(target: Target, error: CumulogError): CumulogError {
  return error instanceof RecordsCorrupt ? new RecordsCorrupt(`${nameOf(target)}: ${error.message}`) : error;
}

/** The chunks that a delivery of so many bytes may touch; the first in any case. */
function withinBytes(chunks: readonly PlannedChunk[], allowed: number): readonly PlannedChunk[] {
  const wanted: PlannedChunk[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    if (wanted.length > 0 && bytes >= allowed) break;
    wanted.push(chunk);
    bytes += chunk.length;
  }
  return wanted;
}

/** Batches of the chunk from an offset on, whole ones, within the allowance; the very first one in any case if it must. */
function take(
  chunk: Chunk,
  from: number,
  allowed: number,
  isFirst: boolean,
  mustBring: boolean,
): {
  readonly batches: readonly Uint8Array[];
  readonly bytes: number;
  readonly end: number;
  readonly isWhole: boolean;
} {
  const batches: Uint8Array[] = [];
  let bytes = 0;
  let end = from;
  for (const batch of chunk.batches) {
    if (batch.end <= from) continue;
    const isFirstBatch = isFirst && batches.length === 0;
    // Offsets between two batches are lost: what follows them is read when it is asked for.
    if (!chunk.isSparse && batch.base > Math.max(end, chunk.place.base)) {
      if (isFirstBatch) throw chunk.lost(from, batch.base);
      return { batches, bytes, end, isWhole: false };
    }
    if (!(isFirstBatch && mustBring) && bytes + batch.sizeBytes > allowed)
      return { batches, bytes, end, isWhole: false };
    try {
      batches.push(chunk.deliver(batch));
    } catch (error) {
      if (isFirstBatch) throw error;
      return { batches, bytes, end, isWhole: false };
    }
    bytes += batch.sizeBytes;
    end = batch.end;
  }
  const reached = Math.max(end, chunk.place.base);
  if (reached < chunk.end) {
    if (isFirst && batches.length === 0) throw chunk.lost(reached, chunk.end);
    return { batches, bytes, end, isWhole: false };
  }
  return { batches, bytes, end: chunk.end, isWhole: true };
}
