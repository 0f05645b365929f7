/**
 * Fetch: look, plan, load, deliver, and wait if that is not enough yet. What is known is served without asking; before
 * "nothing new" above what is known, and before any error, the look is strong. A plan that turns out old (a page does
 * not cover, a segment is missing) is made again from a strong look; it never turns into a gap or a later offset.
 */
import { type Offset, offset, type PartitionIndex } from "../../format/index.ts";
import type { PartitionHead, SequencerImage } from "../../format/items/index.ts";
import { CumulogError, messageOf } from "../../std/index.ts";
import { OffsetOutOfRange, ReadFailed, RecordsCorrupt, TopicFenced } from "../errors.ts";
import { type DeadlineMs, isPassing, repeating } from "../retry.ts";
import { type Shard, type Shards, shardIndexOf } from "../sequencer/index.ts";
import type { Topic, TopicResolver } from "../topics/index.ts";
import type { EngineDeps, EngineOptions, FetchAnswer, FetchOptions, FetchRequest } from "../types.ts";
import { keyOf } from "./block-cache.ts";
import { type Chunk, describeChunk } from "./chunk.ts";
import type { ChunkLoader } from "./load.ts";
import { type PlannedChunk, plan } from "./plan.ts";
import type { Watch } from "./watch.ts";

/** A plan is made again from a strong look at most this often before the fetch fails. */
const plansMax = 5;

/** One partition of a fetch, resolved. */
type Target = {
  readonly topic: Topic;
  readonly partition: PartitionIndex;
  readonly shard: Shard;
  readonly from: Offset;
  readonly bytesMax: number;
};

type Resolved = Target | { readonly failure: CumulogError };

/** Whether a partition may ask the store before it says "nothing new". */
type Look = "look" | "knownOnly";

export class Fetcher {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #resolver: TopicResolver;
  readonly #shards: Shards;
  readonly #loader: ChunkLoader;
  readonly #watch: Watch;
  readonly #closing = new AbortController();

  constructor(
    deps: EngineDeps,
    options: EngineOptions,
    resolver: TopicResolver,
    shards: Shards,
    loader: ChunkLoader,
    watch: Watch,
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#resolver = resolver;
    this.#shards = shards;
    this.#loader = loader;
    this.#watch = watch;
  }

  /** One answer per request, in their order. Never throws for what is wrong with a request. */
  async fetch(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly FetchAnswer[]> {
    const waitUntilMs = this.#deps.clock.monotonicMs() + options.waitMsMax;
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#closing.signal])
      : this.#closing.signal;
    const targets = await Promise.all(requests.map(request => this.#resolve(request)));
    let answers = await this.#collect(targets, options.bytesMax, "look");
    while (!isEnough(answers, options) && !signal.aborted && this.#deps.clock.monotonicMs() < waitUntilMs) {
      await this.#watch.wait(shardsOf(targets), waitUntilMs, signal);
      answers = await this.#collect(targets, options.bytesMax, "knownOnly");
    }
    this.#tell(answers);
    return answers;
  }

  #tell(answers: readonly FetchAnswer[]): void {
    for (const answer of answers)
      if (answer.kind === "failed")
        this.#deps.telemetry.count("cumulog_fetch_failures_total", 1, { error: answer.error.name });
      else this.#deps.telemetry.count("cumulog_fetched_bytes_total", bytesIn(answer.batches));
  }

  /** Ends every waiting, now and later: what is there is answered. */
  close(): void {
    this.#closing.abort();
  }

  async #resolve(request: FetchRequest): Promise<Resolved> {
    try {
      const warm = this.#resolver.warm(request.topic) ?? (await this.#resolver.resolve(request.topic));
      const { topic, partition } = await this.#resolver.partition(warm, request.partition);
      if (request.topicId !== undefined && request.topicId !== topic.id)
        throw new TopicFenced(`topic ${topic.name} has the id ${topic.id}, not ${request.topicId}`);
      if (!Number.isSafeInteger(request.offset) || request.offset < 0)
        throw new OffsetOutOfRange(`offset ${request.offset} is no offset: 0 to 2^53 are`, -1, -1);
      const shard = this.#shards.of(topic.id, shardIndexOf(topic, partition));
      return { topic, partition, shard, from: offset(request.offset), bytesMax: request.bytesMax };
    } catch (error) {
      return { failure: asFailure(error) };
    }
  }

  /** Plans all partitions at once; then each, in order, takes what is left of the bytes. */
  async #collect(
    targets: readonly Resolved[],
    bytesMax: number,
    look: Look,
  ): Promise<readonly FetchAnswer[]> {
    const budget = { bytes: bytesMax };
    const planned = await Promise.all(
      targets.map(target => ("failure" in target ? target : this.#locate(target, look))),
    );
    return Promise.all(
      planned.map(located => {
        if ("failure" in located) return failed(located.failure);
        // Taken before anything is awaited, so the partitions share the budget in the order they were asked for.
        const allowed = Math.min(located.target.bytesMax, budget.bytes);
        budget.bytes -= Math.min(allowed, wantedBytes(located));
        return this.#deliver(located, allowed);
      }),
    );
  }

  async #locate(target: Target, look: Look): Promise<Located | { readonly failure: CumulogError }> {
    const deadlineMs = this.#deadline();
    try {
      let image = await this.#look(target, look, deadlineMs);
      for (let attempt = 1; ; attempt++) {
        const head = await this.#head(target, image, deadlineMs);
        image = head.image;
        if (target.from === head.head.next) return { target, head: head.head, image, chunks: [] };
        const current = image;
        const made = await repeating(this.#deps, deadlineMs, () =>
          plan(this.#deps, target.shard, current, target.partition, target.from, target.bytesMax, {
            consistent: attempt > 1,
          }),
        );
        if (made.kind === "chunks") return { target, head: head.head, image, chunks: made.chunks };
        if (attempt === plansMax)
          throw new RecordsCorrupt(
            `offset ${target.from} of ${nameOf(target)} is in no page, though [${head.head.start}, ${head.head.next}) should be readable`,
          );
        image = await this.#strongImage(target, deadlineMs);
      }
    } catch (error) {
      return { failure: asFailure(error) };
    }
  }

  /** An image to start from: the known one where it can serve the offset, else one look. */
  async #look(target: Target, look: Look, deadlineMs: DeadlineMs): Promise<SequencerImage> {
    const known = target.shard.known;
    const next = known?.partitions.get(target.partition)?.next;
    if (known && next !== undefined && (target.from < next || (look === "knownOnly" && target.from === next)))
      return known;
    // At the known end a look may be one poll behind; above it, or with nothing known, it must not.
    if (next !== undefined && target.from === next) {
      const read = await repeating(this.#deps, deadlineMs, () => target.shard.readEventually());
      return read && target.shard.known ? target.shard.known : this.#strongImage(target, deadlineMs);
    }
    return this.#strongImage(target, deadlineMs);
  }

  async #strongImage(target: Target, deadlineMs: DeadlineMs): Promise<SequencerImage> {
    const image = await repeating(this.#deps, deadlineMs, () => target.shard.readStrongly());
    return image ?? this.#resolver.explainFence(target.topic);
  }

  /** Where the partition stands; says "sealed" and "out of range" only from a strong look. */
  async #head(
    target: Target,
    image: SequencerImage,
    deadlineMs: DeadlineMs,
  ): Promise<{ readonly head: PartitionHead; readonly image: SequencerImage }> {
    if (canServe(target, image)) return { head: headOf(target, image), image };
    const strong = await this.#strongImage(target, deadlineMs);
    if (strong.isSealed) return this.#resolver.explainSeal(target.topic);
    if (!strong.partitions.has(target.partition)) return this.#resolver.explainFence(target.topic);
    const head = headOf(target, strong);
    if (target.from < head.start || target.from > head.next)
      throw new OffsetOutOfRange(
        `offset ${target.from} of ${nameOf(target)} is outside [${head.start}, ${head.next}]`,
        head.start,
        head.next,
      );
    return { head, image: strong };
  }

  async #deliver(located: Located, allowed: number): Promise<FetchAnswer> {
    const { target, head } = located;
    const batches: Uint8Array[] = [];
    let reached: number = target.from;
    let bytes = 0;
    const deadlineMs = this.#deadline();
    try {
      // All at once: a backlog of small segments would otherwise cost one round trip after another.
      const loading = withinBytes(located.chunks, allowed).map(place =>
        this.#load(located, place, deadlineMs).catch(asFailure),
      );
      for (const one of loading) {
        if (bytes > 0 && bytes >= allowed) break;
        const chunk = await one;
        if (chunk instanceof CumulogError) throw chunk;
        const taken = take(chunk, reached, allowed - bytes, bytes === 0);
        batches.push(...taken.batches);
        bytes += taken.bytes;
        reached = taken.end;
        if (!taken.isWhole) break;
      }
    } catch (error) {
      // What was read before the trouble is good; the trouble is told when it is what was asked for.
      if (batches.length === 0) return failed(asFailure(error));
    }
    return {
      kind: "records",
      batches,
      nextOffset: offset(reached),
      highWatermark: head.next,
      lastStableOffset: head.next,
      logStartOffset: head.start,
    };
  }

  async #load(located: Located, place: PlannedChunk, deadlineMs: DeadlineMs): Promise<Chunk> {
    const isTail = located.image.live.some(live => live.segmentId === place.segmentId);
    const share = isTail ? "tail" : "backlog";
    const { target } = located;
    let wanted = place;
    for (let attempt = 1; attempt <= plansMax; attempt++) {
      const loaded = await this.#loader.load(wanted, share, deadlineMs);
      if (loaded.kind === "loaded") return loaded.chunk;
      // The plan may be older than what moved the records: see where they are now.
      const image = await this.#strongImage(target, deadlineMs);
      const again = await repeating(this.#deps, deadlineMs, () =>
        plan(this.#deps, target.shard, image, target.partition, place.base, 1, { consistent: true }),
      );
      const moved = again.kind === "chunks" ? again.chunks[0] : undefined;
      // A strong plan that names the same segment again: nothing moved, it is gone.
      if (moved === undefined || keyOf(moved) === keyOf(wanted))
        throw new RecordsCorrupt(
          `offsets [${place.base}, ${place.base + place.recordCount}) of ${nameOf(target)}: ${describeChunk(wanted)} is missing`,
        );
      wanted = moved;
    }
    throw new ReadFailed(
      `offset ${place.base} of ${nameOf(target)} moved ${plansMax} times while it was read`,
    );
  }

  #deadline(): DeadlineMs {
    return this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
  }
}

type Located = {
  readonly target: Target;
  readonly head: PartitionHead;
  readonly image: SequencerImage;
  readonly chunks: readonly PlannedChunk[];
};

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

function wantedBytes(located: Located): number {
  return located.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function canServe(target: Target, image: SequencerImage): boolean {
  const head = image.partitions.get(target.partition);
  return !image.isSealed && head !== undefined && target.from >= head.start && target.from <= head.next;
}

function headOf(target: Target, image: SequencerImage): PartitionHead {
  const head = image.partitions.get(target.partition);
  if (!head) throw new ReadFailed(`${nameOf(target)} is not in its sequencer`);
  return head;
}

/** Batches of the chunk from an offset on, whole ones, within the allowance; the very first one in any case. */
function take(
  chunk: Chunk,
  from: number,
  allowed: number,
  isFirst: boolean,
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
    const mustTake = isFirst && batches.length === 0;
    // Offsets between two batches are lost: what follows them is read when it is asked for.
    if (batch.base > Math.max(end, chunk.place.base)) {
      if (mustTake) throw chunk.lost(from, batch.base);
      return { batches, bytes, end, isWhole: false };
    }
    if (!mustTake && bytes + batch.sizeBytes > allowed) return { batches, bytes, end, isWhole: false };
    try {
      batches.push(chunk.deliver(batch));
    } catch (error) {
      if (mustTake) throw error;
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

function isEnough(answers: readonly FetchAnswer[], options: FetchOptions): boolean {
  let bytes = 0;
  for (const answer of answers) {
    if (answer.kind === "failed") return true;
    bytes += bytesIn(answer.batches);
  }
  return bytes >= Math.max(1, options.bytesMin) || bytes >= options.bytesMax;
}

function bytesIn(batches: readonly Uint8Array[]): number {
  return batches.reduce((sum, batch) => sum + batch.length, 0);
}

function shardsOf(targets: readonly Resolved[]): readonly Shard[] {
  return [...new Set(targets.flatMap(target => ("shard" in target ? [target.shard] : [])))];
}

function nameOf(target: { readonly topic: Topic; readonly partition: number }): string {
  return `${target.topic.name}-${target.partition}`;
}

function failed(error: CumulogError): FetchAnswer {
  return { kind: "failed", error };
}

/** A store that could not be read says nothing of the log. */
function asFailure(error: unknown): CumulogError {
  if (isPassing(error)) return new ReadFailed(`the log could not be read: ${messageOf(error)}`);
  if (error instanceof CumulogError) return error;
  return new ReadFailed(messageOf(error));
}
