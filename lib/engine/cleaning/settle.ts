/**
 * Before the checkpoint rises: makes sure that nothing brings back what a round has removed. All pages are listed once more. What is
 * announced is withdrawn, so whoever makes a page of others from now on has seen them as they are now. What could never count
 * goes. A page that the round has not judged holds the checkpoint back.
 */
import { type Offset, offset } from "../../format/index.ts";
import {
  announcedStart,
  type CompactedPage,
  compactedPageKey,
  compactedPageRange,
  isAnnounced,
  pagePartitionKey,
  readCompactedPageItem,
} from "../../format/items/index.ts";
import { type Site, withdraw } from "../compaction/index.ts";
import { itemsOf } from "../pages/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";

/** What a round has done. */
export type Work = {
  /** Below, everything was judged by its keys before. */
  readonly done: Offset;
  /** So far it has come. */
  readonly reached: Offset;
  /** Pages that hold nothing any more that its keys supersede. */
  readonly judged: ReadonlySet<string>;
  /** Pages that could not be read. */
  readonly unread: ReadonlySet<string>;
};

/** How far the round holds in every page; `passing`: if those count for nothing that could not be read. */
export async function settle(
  deps: EngineDeps,
  site: Site,
  { done, reached, judged, unread }: Work,
  budget: Budget,
): Promise<{ readonly held: Offset; readonly passing: Offset }> {
  const { topic, partition, head } = site;
  let [held, passing]: number[] = [reached, reached];
  const hold = (start: number, isUnread: boolean): void => {
    held = Math.min(held ?? 0, start);
    if (!isUnread) passing = Math.min(passing ?? 0, start);
  };
  const range = compactedPageRange(head.start);
  for await (const item of itemsOf(deps.items, pagePartitionKey(topic, partition), range, budget.call)) {
    if (isAnnounced(item)) {
      const start = announcedStart(item);
      if (start < reached && !(await withdraw(deps, item, budget))) hold(start, false);
      continue;
    }
    const page = readCompactedPageItem(item);
    if (page.start >= reached || page.end <= done) continue;
    if (page.end > head.frontier && (await isDead(site, page, budget)))
      await budget.call(() => deps.items.delete(compactedPageKey(topic, partition, page)));
    else if (!judged.has(page.objectId)) hold(page.start, unread.has(page.objectId));
  }
  return { held: offset(Math.max(done, held ?? 0)), passing: offset(Math.max(done, passing ?? 0)) };
}

/**
 * The frontier lies within the page, which was there before: it is no merge, and its maker, who began where the frontier was, can
 * never move it.
 */
async function isDead({ shard, partition }: Site, { end }: CompactedPage, budget: Budget): Promise<boolean> {
  const image = await budget.call(() => shard.readStrongly());
  const frontier = image?.partitions.get(partition)?.frontier;
  return frontier !== undefined && end > frontier;
}
