/**
 * Reads pages for key compaction. Damage on the way heals with a second read; a page that cannot be read twice is passed over.
 */
import { type Offset, offset } from "../../format/index.ts";
import type { CompactedPage } from "../../format/items/index.ts";
import { InvalidBatch, readRecords } from "../../format/record-batch/index.ts";
import { BadCompression } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { type PageItem, type Place, type PlacedBatch, readPage } from "../compaction/index.ts";
import { RecordsCorrupt } from "../errors.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import type { Round } from "./choose.ts";
import { inflatedBytesMax } from "./judge.ts";
import type { OffsetMap } from "./offset-map.ts";

/** Calls back with everything in the page, in order; anew from its beginning at the second try. False: it cannot be read. */
export async function eachItem(
  deps: EngineDeps,
  place: Place,
  page: CompactedPage,
  budget: Budget,
  visit: (items: AsyncIterable<PageItem>) => Promise<void>,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++)
    try {
      await visit(readPage(deps, place, page, budget));
      return true;
    } catch (error) {
      if (!(error instanceof RecordsCorrupt)) throw error;
      if (attempt === 1) continue;
      tell(deps, place, page, error);
      return false;
    }
}

function tell({ telemetry }: EngineDeps, place: Place, page: CompactedPage, error: RecordsCorrupt): void {
  telemetry.count("cumulog_unreadable_objects_total");
  telemetry.log("error", "a compacted object cannot be read whole; it is not cleaned", {
    topicId: place.topic,
    partition: place.partition,
    from: page.start,
    to: page.end,
    objectId: page.objectId,
    error: messageOf(error),
  });
}

/** What a map holds the keys of. */
export type Filled = {
  /** The first record that did not fit, else the end of what was asked for. */
  readonly to: Offset;
  /** Pages that could not be read, and where the first of them begins. */
  readonly unread: ReadonlySet<string>;
  readonly unreadFrom: number;
};

/** Takes the keys of [from, to) from pages. */
export async function fillMap(
  deps: EngineDeps,
  place: Place,
  chain: readonly CompactedPage[],
  { from, to }: Pick<Round, "from" | "to">,
  map: OffsetMap,
  budget: Budget,
): Promise<Filled> {
  const unread = new Set<string>();
  let unreadFrom = Number.MAX_SAFE_INTEGER;
  let reached: number = from;
  let full: number | undefined;
  for (const page of chain) {
    if (page.end <= reached || page.start >= to) continue;
    const isRead = await eachItem(deps, place, page, budget, async items => {
      for await (const item of items) {
        // Pages may overlap, and a page may be read twice.
        if (item.kind === "lost" || item.batch.end <= reached) continue;
        full = await addKeys(deps, item.batch, { from: reached, to }, map);
        if (full !== undefined || item.batch.end >= to) return;
        reached = item.batch.end;
      }
    });
    if (full !== undefined) break;
    if (isRead) continue;
    unread.add(page.objectId);
    unreadFrom = Math.min(unreadFrom, page.start);
  }
  return { to: full === undefined ? to : offset(full), unread, unreadFrom };
}

async function addKeys(
  { codecs }: EngineDeps,
  { bytes }: PlacedBatch,
  { from, to }: { readonly from: number; readonly to: number },
  map: OffsetMap,
): Promise<number | undefined> {
  try {
    for (const { offset: at, key } of await readRecords(bytes, { codecs, bytesMax: inflatedBytesMax }))
      if (key !== null && at >= from && at < to && !map.put(key, at)) return at;
  } catch (error) {
    // Nobody can open it: it has no keys, and stays as it is.
    if (!(error instanceof InvalidBatch || error instanceof BadCompression)) throw error;
  }
  return undefined;
}
