/**
 * A page: entries of one partition that have left the sequencer, in order of offset, without a gap between them.
 * `P#<topic id>#<partition>` / `u#<end offset>`: keyed by its END, so that one query from an offset upwards begins
 * with the page that covers it. Immutable, never overwritten by other content. Golden file: test/golden/page.
 *
 *   Page => version:u8 start:varint entryCount:varint [segmentId:12 tier:u8 Facts ...]      (Facts: entry.ts)
 */
import type { Item, ItemKey } from "../../ports/index.ts";
import { assert, MalformedBytes, Reader, Writer } from "../../std/index.ts";
import {
  type Offset,
  offset,
  type PartitionIndex,
  type SegmentId,
  segmentIdBytes,
  segmentIdFromBytes,
  sortable,
  type TopicId,
} from "../ids.ts";
import { checkVersion, encodings, located } from "../levels/index.ts";
import { type ChunkFacts, readChunkFacts, readTier, type Tier, writeChunkFacts, writeTier } from "./entry.ts";

const bytesAttribute = "b";

/** One segment's chunk for this partition. */
export type PageEntry = ChunkFacts & { readonly segmentId: SegmentId; readonly tier: Tier };

/** Entries covering [start, end) without a gap. */
export type Page = { readonly start: Offset; readonly end: Offset; readonly entries: readonly PageEntry[] };

/** The sort-key range of committed pages that end after `from` and at or before `to`. */
export function committedPageRange(from: Offset, to: Offset): { readonly from: string; readonly to: string } {
  return { from: committedPageSortKey(offset(from + 1)), to: committedPageSortKey(to) };
}

/** The partition key of all pages of one partition. */
export function pagePartitionKey(topic: TopicId, partition: PartitionIndex): string {
  return `P#${topic}#${partition}`;
}

function committedPageSortKey(end: Offset): string {
  return `u#${sortable(end)}`;
}

/** Where the committed page that ends at `end` lies. */
export function committedPageKey(topic: TopicId, partition: PartitionIndex, end: Offset): ItemKey {
  return { pk: pagePartitionKey(topic, partition), sk: committedPageSortKey(end) };
}

/** A committed page as it is stored. */
export function committedPageItem(topic: TopicId, partition: PartitionIndex, page: Page): Item {
  return {
    ...committedPageKey(topic, partition, page.end),
    attributes: { [bytesAttribute]: encodePage(page) },
  };
}

/** Reads a page item and checks that it ends where its key says. */
export function readPageItem(item: Item): Page {
  const bytes = item.attributes[bytesAttribute];
  if (!(bytes instanceof Uint8Array)) throw new MalformedBytes(`page ${item.pk}/${item.sk} holds no bytes`);
  const page = located(
    () => `page ${item.pk}/${item.sk}`,
    () => decodePage(bytes),
  );
  if (item.sk !== committedPageSortKey(page.end))
    throw new MalformedBytes(`page ${item.pk}/${item.sk} ends at ${page.end}`);
  return page;
}

/** Packs a page by the grammar above; asserts that its entries fill [start, end). */
export function encodePage(page: Page): Uint8Array {
  const writer = new Writer(40 * page.entries.length + 16)
    .u8(encodings.page.written)
    .varint(page.start)
    .varint(page.entries.length);
  let end: number = page.start;
  for (const entry of page.entries) {
    writeChunkFacts(writeTier(writer.put(segmentIdBytes(entry.segmentId)), entry.tier), entry);
    end += entry.count;
  }
  assert(end === page.end, () => `a page of [${page.start}, ${page.end}) holds entries up to ${end}`);
  return writer.finish();
}

/** Unpacks a page. Throws MalformedBytes, and FormatNewer. */
export function decodePage(bytes: Uint8Array): Page {
  const reader = new Reader(bytes);
  checkVersion("page", reader.u8());
  const start = offset(reader.varint());
  const entries: PageEntry[] = [];
  let end: number = start;
  for (let rest = reader.varint(); rest > 0; rest--) {
    const segmentId = segmentIdFromBytes(reader.take(12));
    const tier = readTier(reader);
    const facts = readChunkFacts(reader);
    end += facts.count;
    entries.push({ segmentId, tier, ...facts });
  }
  reader.end("a page");
  if (!Number.isSafeInteger(end)) throw new MalformedBytes(`a page ends at ${end}`);
  return { start, end: offset(end), entries };
}
