/**
 * A compacted page: the blocks of one compacted object, in order of offset. `P#<topic id>#<partition>` /
 * `c#<end offset, 16 digits>#<segment id of the object>`. Several may cover an offset while objects are merged; each is whole.
 * Immutable, never overwritten. Golden file: test/golden/items/compacted-page.
 *
 *   CompactedPage => version:u8 start:varint sizeBytes:varint tombstonesUntilMs:varint blockCount:varint Block*
 *   Block         => flags:u8 offsets:varint records:varint length:varint maxTimestamp:zigzag crc32c:u32
 *
 * Blocks lie back to back behind the header of the object (segment.ts). `offsets` is what a block covers, `records` what it
 * holds: fewer where records were removed by key, or lost. A lost block has no bytes.
 */
import type { Item, ItemKey } from "../../ports/index.ts";
import { assert, MalformedBytes, Reader, Writer } from "../../std/index.ts";
import {
  type Offset,
  offset,
  type PartitionIndex,
  type SegmentId,
  segmentIdBytes,
  sortable,
  type TopicId,
} from "../ids.ts";
import { checkVersion, encodings, located } from "../levels/index.ts";
import { limits } from "../limits.ts";
import { segmentHeaderBytes } from "../segment/index.ts";
import { pagePartitionKey } from "./page.ts";

const bytesAttribute = "b";
/** stored: never change or reuse. Bits of `flags`. */
const blockFlags = { lost: 1 } as const;

/** A run of batches that is read as one. */
export type CompactedBlock = {
  readonly base: Offset;
  /** Offsets that it covers. */
  readonly offsetCount: number;
  /** Records that it holds. */
  readonly recordCount: number;
  /** Where it lies in the object. */
  readonly position: number;
  readonly length: number;
  /** The largest record timestamp in it, ms; -1 when none has one. */
  readonly maxTimestampMs: number;
  /** Of its bytes. */
  readonly crc32c: number;
  /** Its records could not be read when it was made: where they lay is in quarantine. */
  readonly isLost: boolean;
};

/** Blocks covering [start, end) without a gap. */
export type CompactedPage = {
  readonly start: Offset;
  readonly end: Offset;
  readonly objectId: SegmentId;
  /** Of the whole object. */
  readonly sizeBytes: number;
  /** Until when tombstones in it have to stay, ms; 0: it holds none that a round of key compaction has seen. */
  readonly tombstonesUntilMs: number;
  readonly blocks: readonly CompactedBlock[];
};

/** What is known of a block before it has a place. */
export type BlockFacts = Omit<CompactedBlock, "base" | "position">;

/** Gives blocks their places: back to back from `start`, and behind the header of an object. */
export function placeBlocks(start: Offset, facts: readonly BlockFacts[]): readonly CompactedBlock[] {
  let base: number = start;
  let position = segmentHeaderBytes;
  return facts.map(block => {
    const placed = { ...block, base: offset(base), position };
    base += block.offsetCount;
    position += block.length;
    return placed;
  });
}

/** The sort keys of compacted pages that end after `from`, at or before `to`. */
export function compactedPageRange(
  from: number,
  to: number = limits.offsetMax,
): { readonly from: string; readonly to: string } {
  return { from: `c#${sortable(from + 1)}`, to: `c#${sortable(to)}#~` };
}

/** Where the page of an object that ends at `end` lies. */
export function compactedPageKey(
  topic: TopicId,
  partition: PartitionIndex,
  { end, objectId }: Pick<CompactedPage, "end" | "objectId">,
): ItemKey {
  return { pk: pagePartitionKey(topic, partition), sk: `c#${sortable(end)}#${objectId}` };
}

/** A compacted page as it is stored. */
export function compactedPageItem(topic: TopicId, partition: PartitionIndex, page: CompactedPage): Item {
  return {
    ...compactedPageKey(topic, partition, page),
    attributes: { [bytesAttribute]: encodeCompactedPage(page) },
  };
}

/** Reads a page item and checks that it ends where its key says. Throws MalformedBytes. */
export function readCompactedPageItem(item: Item): CompactedPage {
  const bytes = item.attributes[bytesAttribute];
  if (!(bytes instanceof Uint8Array)) throw new MalformedBytes(`page ${item.pk}/${item.sk} holds no bytes`);
  const objectId = objectOf(item);
  const page = located(
    () => `page ${item.pk}/${item.sk}`,
    () => decodeCompactedPage(bytes, objectId),
  );
  if (item.sk !== `c#${sortable(page.end)}#${objectId}`)
    throw new MalformedBytes(`page ${item.pk}/${item.sk} ends at ${page.end}`);
  return page;
}

/** The object that a key of a page names. Throws MalformedBytes. */
export function objectOf({ sk }: Pick<Item, "sk">): SegmentId {
  const objectId = sk.slice(-16) as SegmentId;
  segmentIdBytes(objectId);
  return objectId;
}

/** Packs a page by the grammar above; asserts that its blocks fill [start, end) and lie back to back. */
export function encodeCompactedPage(page: CompactedPage): Uint8Array {
  const writer = new Writer(24 * page.blocks.length + 32)
    .u8(encodings.compactedPage.written)
    .varint(page.start)
    .varint(page.sizeBytes)
    .varint(page.tombstonesUntilMs)
    .varint(page.blocks.length);
  let next: number = page.start;
  let position = segmentHeaderBytes;
  for (const block of page.blocks) {
    assert(block.base === next && block.position === position, () => `block at ${block.base}, not ${next}`);
    assert(!block.isLost || block.length === 0, () => `a lost block of ${block.length} bytes`);
    writer
      .u8(block.isLost ? blockFlags.lost : 0)
      .varint(block.offsetCount)
      .varint(block.recordCount)
      .varint(block.length)
      .zigzag(block.maxTimestampMs)
      .u32(block.crc32c);
    next += block.offsetCount;
    position += block.length;
  }
  assert(next === page.end, () => `a page of [${page.start}, ${page.end}) holds blocks up to ${next}`);
  return writer.finish();
}

/** Unpacks the page of an object. Throws MalformedBytes, and FormatNewer. */
export function decodeCompactedPage(bytes: Uint8Array, objectId: SegmentId): CompactedPage {
  const reader = new Reader(bytes);
  checkVersion("compactedPage", reader.u8());
  const start = offset(reader.varint());
  const sizeBytes = reader.varint();
  const tombstonesUntilMs = reader.varint();
  const facts: BlockFacts[] = [];
  for (let rest = reader.varint(); rest > 0; rest--) facts.push(readBlock(reader));
  reader.end("a compacted page");
  const blocks = placeBlocks(start, facts);
  const last = blocks.at(-1);
  const end = last === undefined ? start : offset(last.base + last.offsetCount);
  return { start, end, objectId, sizeBytes, tombstonesUntilMs, blocks };
}

function readBlock(reader: Reader): BlockFacts {
  const flags = reader.u8();
  const offsetCount = reader.varint();
  const recordCount = reader.varint();
  if (offsetCount === 0 || recordCount > offsetCount)
    throw new MalformedBytes(`a block of ${recordCount} records in ${offsetCount} offsets`);
  const length = reader.varint();
  const maxTimestampMs = reader.zigzag();
  const crc32c = reader.u32();
  const isLost = (flags & blockFlags.lost) !== 0;
  return { offsetCount, recordCount, length, maxTimestampMs, crc32c, isLost };
}
