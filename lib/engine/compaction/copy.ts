/**
 * Copies the entries of a run into blocks. Every batch is checked by its checksum and given its true offset. What cannot be read is
 * lost: it is told, and its neighbours are copied.
 */
import type { Quarantine } from "../../format/items/index.ts";
import { readBatchHeader } from "../../format/record-batch/index.ts";
import { messageOf } from "../../std/index.ts";
import { RecordsCorrupt } from "../errors.ts";
import { Chunk, type ChunkPlace, chunkBytes } from "../read/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import { BlockBuilder, type BuiltBlocks } from "./block-builder.ts";
import type { PlacedEntry, Run } from "./choose.ts";
import type { Place } from "./types.ts";

/** Chunks that are read at once: they come from many small objects, and each takes a while. */
const readsAtOnce = 8;

/** The blocks of a run, and what of it could not be read. */
export type Copied = { readonly blocks: BuiltBlocks; readonly lost: readonly Quarantine[] };

export async function copyRun(deps: EngineDeps, place: Place, run: Run, budget: Budget): Promise<Copied> {
  const builder = new BlockBuilder(
    deps.codecs,
    { topicId: place.topic, partition: place.partition },
    run.start,
  );
  const lost: Quarantine[] = [];
  for (let i = 0; i < run.entries.length; i += readsAtOnce) {
    const group = run.entries.slice(i, i + readsAtOnce);
    const chunks = await Promise.all(group.map(entry => readChunk(deps, entry, budget)));
    for (const [j, entry] of group.entries()) {
      const why = addChunk(builder, entry, chunks[j]);
      if (why === undefined) continue;
      const { segmentId, tier, position, length, base, count } = entry;
      lost.push({ segmentId, tier, position, length, base, count, why });
    }
  }
  return { blocks: builder.finish(run.end), lost };
}

/** The chunk of an entry, or why there is none. Damage on the way heals with a second read. */
async function readChunk(deps: EngineDeps, entry: PlacedEntry, budget: Budget): Promise<Chunk | string> {
  const first = await readOnce(deps, entry, budget);
  return first instanceof Chunk && first.isWhole ? first : readOnce(deps, entry, budget);
}

async function readOnce(deps: EngineDeps, entry: PlacedEntry, budget: Budget): Promise<Chunk | string> {
  const { segmentId, tier, position, length, base, count } = entry;
  const place: ChunkPlace = { segmentId, tier, position, length, base, offsetCount: count };
  budget.took(length);
  const bytes = await chunkBytes(deps, place, budget.call);
  if (bytes === undefined) return "the segment is missing";
  try {
    return new Chunk(place, bytes, deps.codecs, "unchecked");
  } catch (error) {
    if (error instanceof RecordsCorrupt) return messageOf(error);
    throw error;
  }
}

/** Adds what of a chunk is whole, and says what is wrong with the rest, if anything. */
function addChunk(
  builder: BlockBuilder,
  entry: PlacedEntry,
  chunk: Chunk | string | undefined,
): string | undefined {
  const end = entry.base + entry.count;
  if (chunk === undefined || typeof chunk === "string") {
    builder.lose(entry.base, end);
    return chunk ?? "nothing was read";
  }
  for (const batch of chunk.batches) {
    if (batch.base > builder.reached) builder.lose(builder.reached, batch.base);
    const bytes = chunk.bytes.subarray(batch.at, batch.at + batch.sizeBytes);
    const { recordCount } = readBatchHeader(bytes);
    builder.add({
      bytes,
      base: batch.base,
      end: batch.end,
      recordCount,
      maxTimestampMs: batch.maxTimestampMs,
    });
  }
  if (builder.reached < end) builder.lose(builder.reached, end);
  return chunk.isWhole ? undefined : chunk.lost(entry.base, end).message;
}
