/**
 * Reads compacted objects back, batch by batch, a few blocks at a time, to write them anew. What is lost stays lost.
 */
import { compactedObjectKey } from "../../format/index.ts";
import type { CompactedBlock, CompactedPage } from "../../format/items/index.ts";
import { eachBatch } from "../../format/record-batch/index.ts";
import { RecordsCorrupt } from "../errors.ts";
import { blockPlace, Chunk } from "../read/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import type { PlacedBatch } from "./block-builder.ts";
import type { Place } from "./types.ts";

/** One read of an object. */
const readBytesMax = 8 * 1024 * 1024;

/** Either a batch, or offsets that are lost. */
export type PageItem =
  | { readonly kind: "batch"; readonly batch: PlacedBatch }
  | { readonly kind: "lost"; readonly from: number; readonly to: number };

/** Everything in a page, in order. Throws RecordsCorrupt when its object is missing or not what was written. */
export async function* readPage(
  deps: EngineDeps,
  place: Place,
  page: CompactedPage,
  budget: Budget,
): AsyncGenerator<PageItem> {
  for (const run of runsOf(page.blocks)) {
    const bytes = await readRun(deps, place, page, run, budget);
    const [first] = run;
    for (const block of run) {
      const [from, to] = [block.base, block.base + block.offsetCount];
      if (block.isLost) yield { kind: "lost", from, to };
      else yield* batchesOf(deps, place, page, block, bytes, block.position - (first?.position ?? 0));
    }
  }
}

async function readRun(
  { objects }: EngineDeps,
  { topic, partition }: Place,
  page: CompactedPage,
  run: readonly CompactedBlock[],
  budget: Budget,
): Promise<Uint8Array> {
  const length = run.reduce((sum, block) => sum + block.length, 0);
  if (length === 0) return new Uint8Array(0);
  const key = compactedObjectKey(topic, partition, page.start, page.objectId);
  budget.took(length);
  const result = await budget.call(() => objects.get(key, { start: run[0]?.position ?? 0, length }));
  if (result.kind === "missing") throw new RecordsCorrupt(`object ${key} is missing`);
  return result.bytes;
}

function* batchesOf(
  { codecs }: EngineDeps,
  place: Place,
  page: CompactedPage,
  block: CompactedBlock,
  bytes: Uint8Array,
  at: number,
): Generator<PageItem> {
  const { base, offsetCount, length, crc32c } = block;
  const own = bytes.slice(at, at + length);
  const chunk = new Chunk(blockPlace(place, page, block), own, codecs, "unchecked");
  if (!chunk.isWhole || codecs.crc32c(own) !== crc32c) throw chunk.lost(base, base + offsetCount);
  for (const { at: from, header } of eachBatch(own)) {
    const end = header.baseOffset + header.lastOffsetDelta + 1;
    const batch = own.subarray(from, from + header.sizeBytes);
    const { baseOffset, recordCount: records, maxTimestampMs } = header;
    yield {
      kind: "batch",
      batch: { bytes: batch, base: baseOffset, end, recordCount: records, maxTimestampMs },
    };
  }
}

/** Blocks that one read brings. */
function* runsOf(blocks: readonly CompactedBlock[]): Generator<readonly CompactedBlock[]> {
  let run: CompactedBlock[] = [];
  let bytes = 0;
  for (const block of blocks) {
    if (run.length > 0 && bytes + block.length > readBytesMax) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(block);
    bytes += block.length;
  }
  if (run.length > 0) yield run;
}
