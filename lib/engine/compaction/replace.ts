/**
 * Puts one page in the place of several. The covering page first; then the sequencer, read strongly; and only if the floor has not
 * passed the new object the inner pages go: a sweep that could take the object for rubbish raises the floor before it
 * reads references, and so has seen the page. Else nothing goes: the own page may name an object that is swept, readers pass
 * over it, and a later replacement removes it. It is never taken back: another may have dropped pages on its word already.
 */
import { timeOf } from "../../format/index.ts";
import { type CompactedPage, compactedPageItem, compactedPageKey } from "../../format/items/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import type { Site } from "./compactor.ts";

/** Whether the page stands now in the place of those inside it. */
export async function replacePages(
  deps: EngineDeps,
  site: Site,
  page: CompactedPage,
  inner: readonly CompactedPage[],
  budget: Budget,
): Promise<boolean> {
  await budget.call(() => deps.items.put(compactedPageItem(site.topic, site.partition, page)));
  if (await isPassed(site, page, budget)) return false;
  await dropPages(deps, site, inner, budget);
  return true;
}

/** Deletes pages by their full keys. Those inside `page` may go once it was seen stored, and then the floor below it. */
export async function dropPages(
  deps: EngineDeps,
  { topic, partition }: Site,
  pages: readonly CompactedPage[],
  budget: Budget,
): Promise<void> {
  for (const page of pages)
    await budget.call(() => deps.items.delete(compactedPageKey(topic, partition, page)));
}

/** Whether a sweep may have judged the object before its page was there. */
export async function isPassed(
  { shard }: Pick<Site, "shard">,
  { objectId }: Pick<CompactedPage, "objectId">,
  budget: Budget,
): Promise<boolean> {
  const image = await budget.call(() => shard.readStrongly());
  return image === undefined || image.isSealed || image.floor > timeOf(objectId);
}
