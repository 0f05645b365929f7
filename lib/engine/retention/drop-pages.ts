/**
 * Removes index rows that no reader uses any more: committed pages below the frontier or the log start whose entries the snapshot
 * of producers holds; compacted pages and what is in quarantine below the log start; and compacted pages above the frontier whose
 * object the floor has passed: they can never count. Always from the beginning: a slow roller may write one late.
 */
import { offset, timeOf } from "../../format/index.ts";
import { committedPageKey, compactedPageKey, quarantineKey } from "../../format/items/index.ts";
import type { ItemKey } from "../../ports/index.ts";
import type { Site } from "../compaction/index.ts";
import { committedPages, compactedPages, quarantined } from "../pages/index.ts";
import type { Producers } from "../producers/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";

type Deps = EngineDeps & { readonly producers: Producers };
type Rows = (deps: Deps, site: Site, budget: Budget) => AsyncGenerator<ItemKey>;

/** How many rows have gone: as many as the budget allows. Throws what the stores throw. */
export async function dropPages(deps: Deps, site: Site, budget: Budget): Promise<number> {
  let dropped = 0;
  for (const rows of [committed, compacted, dead, quarantine] satisfies readonly Rows[])
    for await (const key of rows(deps, site, budget)) {
      if (!budget.isLeft) return dropped;
      await budget.call(() => deps.items.delete(key));
      dropped++;
    }
  deps.telemetry.count("cumulog_dropped_pages_total", dropped);
  return dropped;
}

async function* committed(deps: Deps, site: Site, budget: Budget): AsyncGenerator<ItemKey> {
  const { topic, partition, shard, head } = site;
  const to = offset(Math.max(head.frontier, head.start));
  let isSnapshotTaken = false;
  for await (const page of committedPages(deps.items, site, { from: offset(0), to }, budget.call)) {
    // Records that were deleted by hand are past the last snapshot, maybe: a fold must not find a gap.
    if (!isSnapshotTaken) await deps.producers.snapshotUpTo(shard, partition, to, budget.call);
    isSnapshotTaken = true;
    yield committedPageKey(topic, partition, page.end);
  }
}

async function* compacted(deps: Deps, site: Site, budget: Budget): AsyncGenerator<ItemKey> {
  const { topic, partition, head } = site;
  const range = { from: 0, to: head.start };
  for await (const page of compactedPages(deps.items, site, range, budget.call))
    yield compactedPageKey(topic, partition, page);
}

/** The floor was read with the frontier: an object that it has passed cannot move the frontier any more. */
async function* dead(deps: Deps, site: Site, budget: Budget): AsyncGenerator<ItemKey> {
  const { topic, partition, head, image } = site;
  for await (const page of compactedPages(deps.items, site, { from: head.frontier }, budget.call))
    if (timeOf(page.objectId) < image.floor) yield compactedPageKey(topic, partition, page);
}

async function* quarantine(deps: Deps, site: Site, budget: Budget): AsyncGenerator<ItemKey> {
  const range = { from: 0, to: site.head.start };
  for await (const chunk of quarantined(deps.items, site, range, budget.call))
    yield quarantineKey(site.topic, site.partition, chunk.base + chunk.count);
}
