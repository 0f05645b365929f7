/**
 * The commit of one shard's part of a flush: one conditional update that gives it its offsets, and every way that
 * update can end. Before each attempt idempotent batches are screened: those that are not to be appended leave, and the
 * segment is placed anew without them. Each segment id is sent once, unless it certainly had no effect; its states:
 *
 *              +-- applied ------------------------------------------------> committed
 *   (placed) --+-- refused: entry there ------------------------------------> committed (walk-back)
 *              +-- refused: floor or fence -> placed anew, new id ----------> (placed)
 *              +-- refused: a partition moved on -> pause, screened anew ---> (placed), same id
 *              +-- refused: sealed or gone ---------------------------------> failed (fenced)
 *              +-- without effect (throttled) -> pause, same id ------------> (placed) ... failed at the deadline
 *              +-- unknown -> fence --+-- entry there ----------------------> committed (walk-back)
 *                                     +-- look-up found it -----------------> committed
 *                                     +-- covered and absent -> placed anew > (placed)
 *                                     +-- not covered, third time, deadline > failed: outcome unknown
 *
 * The causes of a refusal are told apart from the image that refused, the entry first.
 */
import { type Offset, offset, type PartitionIndex, type SegmentId, timeOf } from "../../format/index.ts";
import {
  commitUpdate,
  type Entry,
  fenceUpdate,
  liveEntry,
  type SequencerImage,
  timeAllowedBy,
} from "../../format/items/index.ts";
import {
  type Attributes,
  ItemRequestInvalid,
  OutcomeUnknown,
  StoreFull,
  StoreMisconfigured,
  type UpdateResult,
} from "../../ports/index.ts";
import { type CumulogError, messageOf, present } from "../../std/index.ts";
import {
  AppendFailed,
  AppendOutcomeUnknown,
  ReadFailed,
  TopicBusy,
  TopicChangeUnfinished,
  TopicFenced,
  UnknownTopic,
} from "../errors.ts";
import type { Producers } from "../producers/index.ts";
import { type DeadlineMs, isDefinitelyWithoutEffect, Pauses, repeating } from "../retry.ts";
import type { Roller } from "../roll/index.ts";
import type { TopicResolver } from "../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { lookUp } from "./look-up.ts";
import type { SegmentPlacer } from "./place.ts";
import { type Screened, screen } from "./screen.ts";
import { type CommitOutcome, chunkKey, type PlacedSegment, type ShardPart } from "./types.ts";

/** Unknown outcomes that one batch may go through before its caller is told so. */
const fencesMax = 2;

type BaseOffsets = ReadonlyMap<PartitionIndex, Offset>;

type Resolution =
  | { readonly kind: "committed"; readonly baseOffsets: BaseOffsets }
  /** It had no effect; what it expected of a partition is not so any more. */
  | { readonly kind: "moved" }
  /** It can never be applied any more; `allowed`: what the next id's time must reach. */
  | { readonly kind: "absent"; readonly allowed: number };

export class Committer {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #placer: SegmentPlacer;
  readonly #roller: Roller;
  readonly #resolver: TopicResolver;
  readonly #producers: Producers;

  constructor(
    deps: EngineDeps,
    options: EngineOptions,
    placer: SegmentPlacer,
    roller: Roller,
    resolver: TopicResolver,
    producers: Producers,
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#placer = placer;
    this.#roller = roller;
    this.#resolver = resolver;
    this.#producers = producers;
  }

  /** Gives the part its offsets. Never throws: a failure is an outcome, and says whether it is certain. */
  async commit(part: ShardPart, placed: PlacedSegment, deadlineMs: DeadlineMs): Promise<CommitOutcome> {
    try {
      return await this.#commit(part, placed, deadlineMs);
    } catch (error) {
      return { kind: "failed", error: honestFailure(error) };
    }
  }

  async #commit(given: ShardPart, first: PlacedSegment, deadlineMs: DeadlineMs): Promise<CommitOutcome> {
    let part = given;
    let segment = first;
    let unknowns = 0;
    const pauses = new Pauses(this.#deps);
    for (;;) {
      if (!(await this.#roller.relieve(part.shard)))
        throw new AppendFailed(
          `the sequencer of ${part.shard.key.pk} is full: its entries could not be rolled`,
        );
      const screened = await screen(this.#producers, part, deadlineMs);
      if (screened.part !== part) {
        part = screened.part;
        if (part.chunks.length === 0) return { kind: "committed", baseOffsets: new Map(), segment, part };
        segment = await this.#placer.place([part], deadlineMs);
        continue;
      }
      // What was known before the first attempt of this id: the look-up begins there. Lower is safe, later is not.
      const before = part.shard.known;
      const result = await this.#attempt(screened, segment, deadlineMs);
      let resolution: Resolution;
      if (result === "unknown") {
        unknowns++;
        this.#deps.telemetry.count("cumulog_commits_unknown_total");
        if (unknowns > fencesMax)
          throw new AppendOutcomeUnknown(
            `${unknowns} commits of one batch were not answered; the last is ${segment.id}`,
          );
        resolution = await this.#resolveUnknown(part, segment, before);
      } else if (result.kind === "applied") resolution = this.#applied(part, segment, result.attributes);
      else resolution = await this.#refused(screened, segment, result.current);
      if (resolution.kind === "committed") return { ...resolution, segment, part };
      if (resolution.kind === "absent")
        segment = await this.#placer.place([part], deadlineMs, resolution.allowed);
      else if (!(await pauses.waitUnlessPast(deadlineMs)))
        throw new AppendFailed(`others kept appending before segment ${segment.id} until the deadline`);
    }
  }

  /** Sends the commit, again only while it certainly had no effect. */
  async #attempt(
    screened: Screened,
    segment: PlacedSegment,
    deadlineMs: DeadlineMs,
  ): Promise<UpdateResult | "unknown"> {
    const { part, expected } = screened;
    const { update, condition } = commitUpdate(segment.id, entryOf(screened, segment), expected);
    try {
      return await repeating(
        this.#deps,
        deadlineMs,
        () => this.#deps.items.update(part.shard.key, update, condition),
        isDefinitelyWithoutEffect,
      );
    } catch (error) {
      if (error instanceof OutcomeUnknown) return "unknown";
      if (isDefinitelyWithoutEffect(error) || error instanceof ItemRequestInvalid)
        throw new AppendFailed(`segment ${segment.id} was not taken until the deadline: ${messageOf(error)}`);
      throw error;
    }
  }

  #applied(part: ShardPart, segment: PlacedSegment, attributes: Attributes): Resolution {
    const image = part.shard.learn(attributes);
    this.#producers.follow(part.shard, image);
    const own = present(liveEntry(image, segment.id), `entry ${segment.id} in the image of its own commit`);
    this.#roller.committed(part.shard, image, own.order);
    return { kind: "committed", baseOffsets: own.baseOffsets };
  }

  /** Why the sequencer refused an id that has no attempt under way. */
  async #refused(
    { part, expected }: Screened,
    segment: PlacedSegment,
    current: Attributes | undefined,
  ): Promise<Resolution> {
    if (current === undefined) return this.#resolver.explainFence(part.topic);
    const image = part.shard.learn(current);
    const own = liveEntry(image, segment.id);
    if (own) return { kind: "committed", baseOffsets: own.baseOffsets };
    const isMissing = part.chunks.some(chunk => !image.partitions.has(chunk.partition));
    if (image.isSealed) return this.#resolver.explainSeal(part.topic);
    if (isMissing) return this.#resolver.explainFence(part.topic);
    const isTooOld = timeAllowedBy(image) > timeOf(segment.id);
    const hasMoved = [...expected].some(
      ([partition, next]) => image.partitions.get(partition)?.next !== next,
    );
    return hasMoved && !isTooOld ? { kind: "moved" } : { kind: "absent", allowed: timeAllowedBy(image) };
  }

  /** Ends the doubt about an attempt whose answer did not come, or throws AppendOutcomeUnknown. */
  async #resolveUnknown(
    part: ShardPart,
    segment: PlacedSegment,
    before: SequencerImage | undefined,
  ): Promise<Resolution> {
    // The doubt must end even when the caller's time is nearly over: it has a time of its own.
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    try {
      await new Pauses(this.#deps).waitUnlessPast(deadlineMs);
      const image = await this.#fence(part, segment.id, deadlineMs);
      const own = liveEntry(image, segment.id);
      if (own) return { kind: "committed", baseOffsets: own.baseOffsets };
      return await this.#lookUpAll(part, segment, image, before, deadlineMs);
    } catch (error) {
      if (error instanceof AppendOutcomeUnknown) throw error;
      throw new AppendOutcomeUnknown(
        `whether segment ${segment.id} was committed is not known: ${messageOf(error)}`,
      );
    }
  }

  /** An image in which the entry is there, or after which it can never come. Sent again until answered. */
  async #fence(part: ShardPart, id: SegmentId, deadlineMs: DeadlineMs): Promise<SequencerImage> {
    const { update, condition } = fenceUpdate(id);
    return await repeating(this.#deps, deadlineMs, async () => {
      const result = await this.#deps.items.update(part.shard.key, update, condition);
      const attributes = result.kind === "applied" ? result.attributes : result.current;
      if (attributes?.["fence"] === undefined)
        throw new AppendOutcomeUnknown(`the sequencer of segment ${id} is gone`);
      const image = part.shard.learn(attributes);
      if (liveEntry(image, id) || image.fence > timeOf(id)) return image;
      // A store may read the item after it refused: the entry that refused was rolled away between. Nothing stands in
      // the way of the next fence, and the entry is found in the pages.
      throw new OutcomeUnknown(`the fence against segment ${id} was refused at ${image.fence}`);
    });
  }

  async #lookUpAll(
    part: ShardPart,
    segment: PlacedSegment,
    image: SequencerImage,
    before: SequencerImage | undefined,
    deadlineMs: DeadlineMs,
  ): Promise<Resolution> {
    const baseOffsets = new Map<PartitionIndex, Offset>();
    for (const { partition } of part.chunks) {
      const from = before?.partitions.get(partition)?.next ?? offset(0);
      const found = await lookUp(this.#deps, part.shard, image, partition, segment.id, from, deadlineMs);
      if (found.kind === "found") baseOffsets.set(partition, found.baseOffset);
      // One partition tells for all, but a page that is gone leaves the offsets of its partition unknown.
      else if (baseOffsets.size === 0) {
        if (found.kind === "absent") return { kind: "absent", allowed: timeAllowedBy(image) };
        throw new AppendOutcomeUnknown(
          `the pages of partition ${partition} from ${from} have a gap: segment ${segment.id} may be in it`,
        );
      }
    }
    return { kind: "committed", baseOffsets };
  }
}

/** What may be told to a caller: a failure that is not known to be certain is an unknown outcome. */
function honestFailure(error: unknown): CumulogError {
  const isCertain =
    error instanceof AppendFailed ||
    error instanceof StoreFull ||
    error instanceof StoreMisconfigured ||
    error instanceof UnknownTopic ||
    error instanceof TopicFenced ||
    error instanceof TopicBusy ||
    error instanceof TopicChangeUnfinished ||
    error instanceof ReadFailed;
  return isCertain || error instanceof AppendOutcomeUnknown
    ? error
    : new AppendOutcomeUnknown(messageOf(error));
}

/** The entry that a segment's part adds to its sequencer. */
function entryOf({ part, runs }: Screened, segment: PlacedSegment): Entry {
  return {
    tier: segment.tier,
    chunks: part.chunks.map(chunk => {
      const place = present(
        segment.chunks.get(chunkKey(part.topic.id, chunk.partition)),
        `partition ${chunk.partition} in segment ${segment.id}`,
      );
      return {
        partition: chunk.partition,
        position: place.position,
        length: place.length,
        count: chunk.recordCount,
        maxTimestampMs: chunk.maxTimestampMs,
        flags: 0,
        runs: runs.get(chunk.partition) ?? [],
      };
    }),
  };
}
