/**
 * Offsets by name or by time, always from a strong look. By time: the first chunk whose largest timestamp reaches it,
 * then the record inside.
 */
import { type Offset, offset, type PartitionIndex, type SegmentId } from "../../format/index.ts";
import type { PartitionHead, SequencerImage } from "../../format/items/index.ts";
import { readRecords } from "../../format/record-batch/index.ts";
import { asFailure, RecordsCorrupt } from "../errors.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import { type Shard, type Shards, shardIndexOf } from "../sequencer/index.ts";
import type { TopicResolver } from "../topics/index.ts";
import type { EngineDeps, EngineOptions, OffsetAnswer, OffsetRequest } from "../types.ts";
import type { PlannedChunk } from "./chunk.ts";
import { type Chunk, describeChunk } from "./chunk.ts";
import type { ChunkLoader } from "./load.ts";
import { plansMax } from "./locate.ts";
import type { Planner } from "./plan.ts";

/** Chunks are walked in plans of about this many bytes, to bound what one query brings. */
const planBytes = 64 * 1024 * 1024;
/** What one compressed batch may grow to while its timestamps are read. */
const inflatedBytesMax = 256 * 1024 * 1024;

type Target = {
  readonly name: string;
  readonly shard: Shard;
  readonly partition: PartitionIndex;
  readonly image: SequencerImage;
  readonly head: PartitionHead;
  readonly deadlineMs: DeadlineMs;
  /** Objects that turned out to be missing. */
  readonly without: ReadonlySet<SegmentId>;
};

type Timed = { readonly offset: number; readonly timestampMs: number };

/** Told as what it is when a new look finds no other place. */
class NotWhereItWas extends RecordsCorrupt {
  readonly segmentId: SegmentId | undefined;

  constructor(message: string, segmentId?: SegmentId) {
    super(message);
    this.segmentId = segmentId;
  }
}

const none: OffsetAnswer = { kind: "offset", offset: -1, timestampMs: -1 };

export class OffsetLister {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #resolver: TopicResolver;
  readonly #shards: Shards;
  readonly #planner: Planner;
  readonly #loader: ChunkLoader;

  constructor(
    deps: EngineDeps,
    options: EngineOptions,
    resolver: TopicResolver,
    shards: Shards,
    planner: Planner,
    loader: ChunkLoader,
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#resolver = resolver;
    this.#shards = shards;
    this.#planner = planner;
    this.#loader = loader;
  }

  /** One answer per request, in their order. Never throws for what is wrong with a request. */
  list(requests: readonly OffsetRequest[]): Promise<readonly OffsetAnswer[]> {
    return Promise.all(requests.map(request => this.#listOne(request)));
  }

  async #listOne(request: OffsetRequest): Promise<OffsetAnswer> {
    const missing = new Set<SegmentId>();
    let first: NotWhereItWas | undefined;
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#look(request, missing);
      } catch (error) {
        // What was planned may lie elsewhere by now, or be deleted: a new look says so. Else it is gone.
        if (!(error instanceof NotWhereItWas)) return { kind: "failed", error: asFailure(error) };
        first ??= error;
        if (attempt === plansMax) return { kind: "failed", error: first };
        if (error.segmentId !== undefined) missing.add(error.segmentId);
      }
  }

  async #look(request: OffsetRequest, without: ReadonlySet<SegmentId>): Promise<OffsetAnswer> {
    const target = await this.#target(request, without);
    switch (request.spec.kind) {
      case "earliest":
        return { kind: "offset", offset: target.head.start, timestampMs: -1 };
      case "latest":
        return { kind: "offset", offset: target.head.next, timestampMs: -1 };
      case "maxTimestamp":
        return this.#largestTime(target);
      case "atTime":
        return this.#firstAtTime(target, request.spec.timestampMs);
    }
  }

  async #target(request: OffsetRequest, without: ReadonlySet<SegmentId>): Promise<Target> {
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    const resolved = await this.#resolver.resolve(request.topic);
    const { topic, partition } = await this.#resolver.partition(resolved, request.partition);
    const shard = this.#shards.of(topic.id, shardIndexOf(topic, partition));
    const image = await repeating(this.#deps, deadlineMs, () => shard.readStrongly());
    const head = image?.partitions.get(partition);
    if (image?.isSealed) return this.#resolver.explainSeal(topic);
    if (!image || !head) return this.#resolver.explainFence(topic);
    return { name: `${topic.name}-${partition}`, shard, partition, image, head, deadlineMs, without };
  }

  async #firstAtTime(target: Target, timestampMs: number): Promise<OffsetAnswer> {
    for await (const place of this.#chunks(target)) {
      if (place.maxTimestampMs < timestampMs) continue;
      for await (const record of this.#records(target, place, timestampMs))
        if (record.timestampMs >= timestampMs) return { kind: "offset", ...record };
    }
    return none;
  }

  async #largestTime(target: Target): Promise<OffsetAnswer> {
    let largest: PlannedChunk | undefined;
    let found: Timed = { offset: -1, timestampMs: -1 };
    // Of a chunk that the log begins within, the largest time may be that of a record that is deleted.
    for await (const place of this.#chunks(target))
      if (place.base < target.head.start) found = await this.#largestIn(target, place, found);
      else if (largest === undefined || place.maxTimestampMs > largest.maxTimestampMs) largest = place;
    if (largest !== undefined && largest.maxTimestampMs > found.timestampMs)
      found = await this.#largestIn(target, largest, found);
    return { kind: "offset", ...found };
  }

  async #largestIn(target: Target, place: PlannedChunk, before: Timed): Promise<Timed> {
    let found = before;
    for await (const record of this.#records(target, place, 0))
      if (record.timestampMs > found.timestampMs) found = record;
    return found;
  }

  /** Every chunk that holds readable records, in order of offset. */
  async *#chunks(target: Target): AsyncGenerator<PlannedChunk> {
    let from: Offset = target.head.start;
    while (from < target.head.next) {
      const at = from;
      const made = await repeating(this.#deps, target.deadlineMs, () =>
        this.#planner.plan(
          target.shard,
          target.image,
          target.partition,
          at,
          planBytes,
          "anew",
          target.without,
        ),
      );
      if (made.kind === "uncovered" || made.end === from)
        throw new NotWhereItWas(`offset ${from} of ${target.name} is in no page`);
      yield* made.chunks;
      from = made.end;
    }
  }

  /** The readable records of a chunk; batches that end before `fromTimeMs` are not opened. */
  async *#records(target: Target, place: PlannedChunk, fromTimeMs: number): AsyncGenerator<Timed> {
    const chunk = await this.#load(target, place);
    // A record that cannot be read may be the very one: better no answer than a later one.
    if (!chunk.isWhole)
      throw new RecordsCorrupt(`${target.name}: ${chunk.lost(chunk.place.base, chunk.end).message}`);
    for (const batch of chunk.batches) {
      if (batch.maxTimestampMs < fromTimeMs || batch.end <= target.head.start) continue;
      const records = await readRecords(chunk.deliver(batch), {
        codecs: this.#deps.codecs,
        bytesMax: inflatedBytesMax,
      });
      for (const { offset: at, timestampMs } of records)
        if (at >= target.head.start) yield { offset: offset(at), timestampMs };
    }
  }

  async #load(target: Target, place: PlannedChunk): Promise<Chunk> {
    const loaded = await this.#loader.load(place, "backlog", target.deadlineMs);
    if (loaded.kind === "loaded") return loaded.chunk;
    throw new NotWhereItWas(
      `offset ${place.base} of ${target.name}: ${describeChunk(place)} is missing`,
      place.segmentId,
    );
  }
}
