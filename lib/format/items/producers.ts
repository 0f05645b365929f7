/**
 * The snapshot of a partition's producers at an entry boundary: a fold begins here instead of at the first page.
 * `P#<topic id>#<partition>` / `producers#0`. Golden file: test/golden/producers.
 *
 *   Producers => version:u8 newestMs:varint producerCount:varint
 *                [producerId:varint epoch:varint lastTimeMs:varint rangeCount:varint
 *                 [firstSequence:varint count:varint baseOffset:varint ...] ...]
 */
import type { Attributes, Condition, Item, ItemKey } from "../../ports/index.ts";
import { MalformedBytes, Reader, Writer } from "../../std/index.ts";
import type { PartitionIndex, TopicId } from "../ids.ts";
import { checkVersion, encodings } from "../levels/index.ts";
import { limits } from "../limits.ts";
import { pagePartitionKey } from "./page.ts";

/** One producer, as it is stored. */
export type StoredProducer = {
  readonly producerId: number;
  readonly epoch: number;
  readonly lastTimeMs: number;
  readonly ranges: readonly {
    readonly firstSequence: number;
    readonly count: number;
    readonly baseOffset: number;
  }[];
};

/** Every producer of a partition below offset `at`. */
export type StoredProducers = {
  readonly at: number;
  readonly newestMs: number;
  readonly producers: readonly StoredProducer[];
};

/** Where the snapshot of a partition lies. */
export function producersKey(topic: TopicId, partition: PartitionIndex): ItemKey {
  return { pk: pagePartitionKey(topic, partition), sk: "producers#0" };
}

/** The snapshot as it is stored, and its condition: one that is older and arrives late is refused. */
export function producersItem(
  topic: TopicId,
  partition: PartitionIndex,
  stored: StoredProducers,
): { readonly item: Item; readonly condition: Condition } {
  return {
    item: {
      ...producersKey(topic, partition),
      attributes: { at: stored.at, b: encodeProducers(stored) },
    },
    condition: [
      { kind: "either", of: [[{ kind: "itemAbsent" }], [{ kind: "below", name: "at", value: stored.at }]] },
    ],
  };
}

/** Reads a snapshot. Throws MalformedBytes. */
export function readProducers({ at, b }: Attributes): StoredProducers {
  if (typeof at !== "number" || !(b instanceof Uint8Array))
    throw new MalformedBytes(`a snapshot of producers at ${String(at)} without bytes`);
  return { at, ...decodeProducers(b) };
}

/**
 * Packs producers by the grammar above, those that wrote last first. What does not fit an item is left out: about ten
 * thousand producers of one partition do; one that is left out is unknown when it comes again.
 */
export function encodeProducers({ newestMs, producers }: Omit<StoredProducers, "at">): Uint8Array {
  const rows: Uint8Array[] = [];
  let bytes = 0;
  for (const producer of producers.toSorted((a, b) => b.lastTimeMs - a.lastTimeMs)) {
    const row = encodeProducer(producer);
    if (bytes + row.length > limits.pageBytesMax) break;
    bytes += row.length;
    rows.push(row);
  }
  const writer = new Writer(bytes + 16).u8(encodings.producers.written).varint(newestMs).varint(rows.length);
  for (const row of rows) writer.put(row);
  return writer.finish();
}

function encodeProducer({ producerId, epoch, lastTimeMs, ranges }: StoredProducer): Uint8Array {
  const writer = new Writer(64).varint(producerId).varint(epoch).varint(lastTimeMs).varint(ranges.length);
  for (const range of ranges) writer.varint(range.firstSequence).varint(range.count).varint(range.baseOffset);
  return writer.finish();
}

/** Unpacks producers. Throws MalformedBytes, and FormatNewer. */
export function decodeProducers(bytes: Uint8Array): Omit<StoredProducers, "at"> {
  const reader = new Reader(bytes);
  checkVersion("producers", reader.u8());
  const newestMs = reader.varint();
  const producers: StoredProducer[] = [];
  for (let rest = reader.varint(); rest > 0; rest--) {
    const producerId = reader.varint();
    const epoch = reader.varint();
    const lastTimeMs = reader.varint();
    const ranges = [];
    for (let left = reader.varint(); left > 0; left--)
      ranges.push({ firstSequence: reader.varint(), count: reader.varint(), baseOffset: reader.varint() });
    producers.push({ producerId, epoch, lastTimeMs, ranges });
  }
  reader.end("producers");
  return { newestMs, producers };
}
