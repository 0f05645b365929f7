/**
 * Makes a segment durable, before anything gives it offsets. Idempotent by its id: an unknown outcome is simply put
 * again, and "it exists" means that our own first attempt arrived.
 */
import { limits, segmentId, segmentObjectKey, timeOf } from "../../format/index.ts";
import { segmentItem, timeAllowedBy } from "../../format/items/index.ts";
import {
  type ChunkInput,
  type EncodedSegment,
  encodeSegment,
  segmentBytes,
} from "../../format/segment/index.ts";
import { StoreFull, StoreMisconfigured } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { AppendFailed } from "../errors.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import type { SegmentClock } from "./segment-clock.ts";
import { chunkKey, type PlacedSegment, type ShardPart } from "./types.ts";

/** A corrected clock may be told once more by a store that is itself slow to answer; then the date stays. */
const datingsMax = 2;

export class SegmentPlacer {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #segmentClock: SegmentClock;

  constructor(deps: EngineDeps, options: EngineOptions, segmentClock: SegmentClock) {
    this.#deps = deps;
    this.#options = options;
    this.#segmentClock = segmentClock;
  }

  /**
   * Stores the parts as one new segment. `allowed`: a floor or fence seen, that its time must reach.
   * Throws AppendFailed, StoreFull, StoreMisconfigured: nothing refers to the segment yet, so a failure here is certain.
   */
  async place(parts: readonly ShardPart[], deadlineMs: DeadlineMs, allowed = 0): Promise<PlacedSegment> {
    try {
      return await this.#place(parts, deadlineMs, allowed);
    } catch (error) {
      if (error instanceof StoreFull || error instanceof StoreMisconfigured) throw error;
      throw new AppendFailed(`the segment could not be stored: ${messageOf(error)}`);
    }
  }

  async #place(parts: readonly ShardPart[], deadlineMs: DeadlineMs, allowed: number): Promise<PlacedSegment> {
    const least = parts.reduce(
      (time, { shard }) => Math.max(time, shard.known ? timeAllowedBy(shard.known) : 0),
      allowed,
    );
    for (let dating = 1; ; dating++) {
      const id = segmentId(this.#segmentClock.next(least), this.#deps.random.bytes(6));
      const segment = encodeSegment(id, chunkInputs(parts), this.#deps.codecs);
      const tier = segment.sizeBytes <= this.#options.itemTierBytes ? "item" : "object";
      const chunks = new Map(segment.chunks.map(chunk => [chunkKey(chunk.topicId, chunk.partition), chunk]));
      const placed: PlacedSegment = { id, tier, chunks };
      this.#deps.telemetry.observe("cumulog_segment_bytes", segment.sizeBytes);
      if (tier === "item") {
        await this.#putItem(placed, segment, deadlineMs);
        return placed;
      }
      const { storeTimeMs, sentAtMs } = await this.#putObject(placed, segment, deadlineMs);
      const isAhead = timeOf(id) > Math.max(storeTimeMs, least) + limits.segmentTimeAheadMsMax;
      if (!isAhead || dating === datingsMax) return placed;
      this.#segmentClock.correct(sentAtMs, storeTimeMs);
      this.#deps.telemetry.log(
        "warn",
        "this clock runs ahead of the store's: segment put anew with the store's time",
        {
          segmentId: id,
          aheadMs: timeOf(id) - storeTimeMs,
        },
      );
    }
  }

  async #putItem(placed: PlacedSegment, segment: EncodedSegment, deadlineMs: DeadlineMs): Promise<void> {
    const item = segmentItem(placed.id, segmentBytes(segment));
    await repeating(this.#deps, deadlineMs, () => this.#deps.items.put(item, [{ kind: "itemAbsent" }]));
    this.#deps.telemetry.count("cumulog_segments_total", 1, { tier: "item" });
  }

  /** The store's time of the put, and what our clock said when it was sent. */
  async #putObject(
    placed: PlacedSegment,
    segment: EncodedSegment,
    deadlineMs: DeadlineMs,
  ): Promise<{ readonly storeTimeMs: number; readonly sentAtMs: number }> {
    const key = segmentObjectKey(placed.id);
    const result = await repeating(this.#deps, deadlineMs, async () => {
      const sentAtMs = this.#deps.clock.now();
      const { storeTimeMs } = await this.#deps.objects.put(key, segment.parts);
      return { storeTimeMs, sentAtMs };
    });
    this.#deps.telemetry.count("cumulog_segments_total", 1, { tier: "object" });
    return result;
  }
}

function chunkInputs(parts: readonly ShardPart[]): readonly ChunkInput[] {
  return parts.flatMap(({ topic, chunks }) =>
    chunks.map(chunk => ({
      topicId: topic.id,
      partition: chunk.partition,
      parts: chunk.pendings.map(pending => pending.bytes),
      count: chunk.recordCount,
    })),
  );
}
