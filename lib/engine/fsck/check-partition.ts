/**
 * One partition at rest: every readable offset is in a live entry, a page or a block; what these name is there, as long and with the
 * checksums that were written; nothing reaches beyond the end. Reads everything, changes nothing.
 */
import { type Offset, offset, type PartitionIndex } from "../../format/index.ts";
import {
  type CompactedPage,
  cleanedKey,
  firstLiveOffset,
  type Page,
  producersKey,
  readCleaned,
  readProducers,
  type SequencerImage,
  type TopicItem,
} from "../../format/items/index.ts";
import { messageOf, present } from "../../std/index.ts";
import { RecordsCorrupt } from "../errors.ts";
import { type Call, committedPages, compactedPages, quarantined } from "../pages/index.ts";
import { blockPlace, Chunk, type ChunkPlace, chunkBytes } from "../read/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Fault, PartitionFindings } from "./types.ts";

/** Who refers to what: segments and objects that are not rubbish, by id. */
export type References = Set<string>;

export class PartitionFsck {
  readonly #deps: EngineDeps;
  readonly #topic: TopicItem;
  readonly #partition: PartitionIndex;
  readonly #image: SequencerImage;
  readonly #call: Call;
  readonly #references: References;
  readonly #faults: Fault[] = [];
  #chunks = 0;
  #bytes = 0;

  constructor(
    deps: EngineDeps,
    { topic, partition, image }: { topic: TopicItem; partition: PartitionIndex; image: SequencerImage },
    references: References,
    call: Call,
  ) {
    this.#deps = deps;
    this.#topic = topic;
    this.#partition = partition;
    this.#image = image;
    this.#references = references;
    this.#call = call;
  }

  async check(): Promise<PartitionFindings> {
    const { next, start, frontier } = present(
      this.#image.partitions.get(this.#partition),
      `n${this.#partition}`,
    );
    if (start > next || frontier > next)
      this.#fault(`starts at ${start}, is compacted to ${frontier}, ends at ${next}`);
    let reached: number = await this.#compacted(start, frontier);
    await this.#quarantined(start);
    const firstLive = present(firstLiveOffset(this.#image, this.#partition), `n${this.#partition}`);
    reached = await this.#committed(offset(Math.max(reached, start, frontier)), firstLive, next);
    await this.#live(Math.max(start, frontier));
    if (reached < firstLive) this.#fault("nothing tells where they lie", reached, firstLive);
    await this.#marks(next, frontier);
    return { faults: this.#faults, chunks: this.#chunks, bytes: this.#bytes };
  }

  get #place() {
    return { topic: this.#topic.id, partition: this.#partition };
  }

  /** Blocks of [start, frontier); answers how far they reach. A page above names its object too: it may count yet. */
  async #compacted(start: Offset, frontier: Offset): Promise<number> {
    let reached: number = start;
    const missing: CompactedPage[] = [];
    for await (const page of compactedPages(this.#deps.items, this.#place, { from: start }, this.#call)) {
      this.#references.add(page.objectId);
      if (page.end > frontier || page.end <= reached) continue;
      if (page.start > reached) reached = await this.#overMissing(missing, reached, start);
      if (page.start > reached) continue;
      if (!(await this.#isStored(page))) missing.push(page);
      else {
        await this.#blocks(page, start);
        reached = page.end;
      }
    }
    reached = await this.#overMissing(missing, reached, start);
    if (reached < frontier) this.#fault("no compacted page tells where they lie", reached, frontier);
    return Math.max(reached, frontier);
  }

  /** Goes on over pages whose object is missing, where no other covers the same: a fault each. */
  async #overMissing(pages: readonly CompactedPage[], from: number, start: Offset): Promise<number> {
    let reached = from;
    for (const page of pages) {
      if (page.start > reached || page.end <= reached) continue;
      await this.#blocks(page, start);
      reached = page.end;
    }
    return reached;
  }

  /** A page that was linked late may name an object that is swept. Readers pass over it where another covers the same. */
  async #isStored(page: CompactedPage): Promise<boolean> {
    const block = page.blocks.find(({ isLost }) => !isLost);
    if (block === undefined) return true;
    const place = { ...blockPlace(this.#place, page, block), length: 1 };
    return (await chunkBytes(this.#deps, place, this.#call)) !== undefined;
  }

  async #blocks(page: CompactedPage, start: Offset): Promise<void> {
    for (const block of page.blocks) {
      const { base, offsetCount, isLost } = block;
      // Nobody reads what is below the log start, whatever became of it.
      if (base + offsetCount <= start) continue;
      if (isLost) this.#fault("could not be read when they were compacted", base, base + offsetCount);
      else await this.#chunk(blockPlace(this.#place, page, block));
    }
  }

  async #quarantined(start: Offset): Promise<void> {
    for await (const { segmentId } of quarantined(this.#deps.items, this.#place, { from: start }, this.#call))
      this.#references.add(segmentId);
  }

  /** Entries of committed pages from an offset on; answers how far they reach. */
  async #committed(from: Offset, firstLive: Offset, next: Offset): Promise<number> {
    let reached: number = from;
    for await (const page of committedPages(this.#deps.items, this.#place, { from }, this.#call)) {
      if (page.end > next) this.#fault(`a page reaches beyond the end at ${next}`, page.start, page.end);
      if (page.start > reached && reached < firstLive)
        this.#fault("nothing tells where they lie", reached, Math.min(page.start, firstLive));
      reached = await this.#entries(page, reached);
    }
    return reached;
  }

  async #entries(page: Page, reached: number): Promise<number> {
    let base: number = page.start;
    for (const { segmentId, tier, position, length, count } of page.entries) {
      this.#references.add(segmentId);
      if (base + count > reached)
        await this.#chunk({ segmentId, tier, position, length, base: offset(base), offsetCount: count });
      base += count;
    }
    return Math.max(reached, base);
  }

  async #live(from: number): Promise<void> {
    for (const { segmentId, entry, baseOffsets } of this.#image.live) {
      this.#references.add(segmentId);
      const base = baseOffsets.get(this.#partition);
      const chunk = entry.chunks.find(each => each.partition === this.#partition);
      if (base === undefined || chunk === undefined || base + chunk.count <= from) continue;
      const { position, length, count } = chunk;
      await this.#chunk({ segmentId, tier: entry.tier, position, length, base, offsetCount: count });
    }
  }

  async #chunk(place: ChunkPlace): Promise<void> {
    const end = place.base + place.offsetCount;
    this.#chunks++;
    this.#bytes += place.length;
    try {
      const bytes = await chunkBytes(this.#deps, place, this.#call);
      if (bytes === undefined)
        this.#fault(`segment ${place.segmentId} (${place.tier}) is missing`, place.base, end);
      else if (!isAsWritten(bytes, place, this.#deps))
        this.#fault(`segment ${place.segmentId} (${place.tier}) is not what was written`, place.base, end);
    } catch (error) {
      if (!(error instanceof RecordsCorrupt)) throw error;
      this.#fault(messageOf(error), place.base, end);
    }
  }

  /** What is remembered beside the log does not go beyond it. */
  async #marks(next: Offset, frontier: Offset): Promise<void> {
    const { topic, partition } = this.#place;
    const get = (key: ReturnType<typeof cleanedKey>) =>
      this.#call(() => this.#deps.items.get(key, { consistent: true }));
    const producers = await get(producersKey(topic, partition));
    const at = producers === undefined ? 0 : readProducers(producers).at;
    if (at > next) this.#fault(`a snapshot of producers at ${at} is beyond the end at ${next}`);
    const cleaned = readCleaned(await get(cleanedKey(topic, partition))).at;
    if (cleaned > frontier) this.#fault(`cleaned up to ${cleaned}, compacted up to ${frontier}`);
  }

  #fault(what: string, from?: number, to?: number): void {
    const range = from !== undefined && to !== undefined ? { from, to } : {};
    this.#faults.push({ topic: this.#topic.name, partition: this.#partition, ...range, what });
  }
}

/** Also where a block says that its batches are: a reader of a dense one would not notice. */
function isAsWritten(bytes: Uint8Array, place: ChunkPlace, { codecs }: EngineDeps): boolean {
  if (place.block !== undefined && codecs.crc32c(bytes) !== place.block.crc32c) return false;
  return new Chunk(place, bytes, codecs, "unchecked").isWhole;
}
