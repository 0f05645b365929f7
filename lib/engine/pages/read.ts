/**
 * Walks the pages of one partition, strongly and in order of their ends, a query at a time. Pages may overlap: of two that cover
 * an offset either may be used, and what they say of it is the same.
 */
import { type Offset, offset, type PartitionIndex, type TopicId } from "../../format/index.ts";
import {
  type CompactedPage,
  committedPageRange,
  compactedPageRange,
  isAnnounced,
  type Page,
  pagePartitionKey,
  type Quarantine,
  quarantineRange,
  readCompactedPageItem,
  readPageItem,
  readQuarantineItem,
} from "../../format/items/index.ts";
import type { Item, ItemStore } from "../../ports/index.ts";

/** How a call of the store is made: counted, repeated, given up. */
export type Call = <T>(work: () => Promise<T>) => Promise<T>;

type Ends = { readonly from: number; readonly to?: number };
type Place = { readonly topic: TopicId; readonly partition: PartitionIndex };

/** Committed pages that end after `from`, at or before `to`. */
export async function* committedPages(
  items: ItemStore,
  { topic, partition }: Place,
  { from, to = offset(Number.MAX_SAFE_INTEGER) }: { readonly from: Offset; readonly to?: Offset },
  call: Call,
): AsyncGenerator<Page> {
  const range = committedPageRange(from, to);
  for await (const item of itemsOf(items, pagePartitionKey(topic, partition), range, call))
    yield readPageItem(item);
}

/** Compacted pages that end after `from`, at or before `to`. */
export async function* compactedPages(
  items: ItemStore,
  { topic, partition }: Place,
  { from, to }: Ends,
  call: Call,
): AsyncGenerator<CompactedPage> {
  const range = compactedPageRange(from, to);
  for await (const item of itemsOf(items, pagePartitionKey(topic, partition), range, call))
    if (!isAnnounced(item)) yield readCompactedPageItem(item);
}

/** What is in quarantine and ends after `from`, at or before `to`. */
export async function* quarantined(
  items: ItemStore,
  { topic, partition }: Place,
  { from, to }: Ends,
  call: Call,
): AsyncGenerator<Quarantine> {
  const range = quarantineRange(from, to);
  for await (const item of itemsOf(items, pagePartitionKey(topic, partition), range, call))
    yield readQuarantineItem(item);
}

/** Items of one partition key, read strongly, a query at a time. */
export async function* itemsOf(
  items: ItemStore,
  pk: string,
  range: { readonly from: string; readonly to: string },
  call: Call,
): AsyncGenerator<Item> {
  for (let from: string | undefined = range.from; from !== undefined && from <= range.to; ) {
    const start: string = from;
    const answer = await call(() => items.query({ pk, from: start, to: range.to, consistent: true }));
    yield* answer.items;
    from = answer.next;
  }
}
