/**
 * Puts one page in the place of several, while those that it was made of are there. The covering page first; then the sequencer, read strongly; and only if the floor has not
 * passed the new object the inner pages go: a sweep that could take the object for rubbish raises the floor before it
 * reads references, and so has seen the page. Else nothing goes: the own page may name an object that is swept, readers pass
 * over it, and a later replacement removes it. It is never taken back: another may have dropped pages on its word already.
 */
import { timeOf } from "../../format/index.ts";
import { type CompactedPage, compactedPageKey } from "../../format/items/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import { insideOf } from "./choose-merge.ts";
import type { Site } from "./compactor.ts";
import { areThere, linkPage } from "./link.ts";

/** Whether the page, made of `sources`, stands now in the place of those of `all` that are inside it. */
export async function replacePages(
  deps: EngineDeps,
  site: Site,
  page: CompactedPage,
  { sources, all }: { readonly sources: readonly CompactedPage[]; readonly all: readonly CompactedPage[] },
  budget: Budget,
): Promise<boolean> {
  const isLinked = await linkPage(deps, site, page, () => areThere(deps, site, sources, budget), budget);
  if (!isLinked || (await isPassed(site, page, budget))) return false;
  await dropPages(deps, site, insideOf(page, all), budget);
  return true;
}

/** Drops pages inside others of a chain that have proved to count. */
export async function clearInside(
  deps: EngineDeps,
  site: Site,
  chain: readonly CompactedPage[],
  all: readonly CompactedPage[],
  budget: Budget,
): Promise<void> {
  for (const page of chain) {
    const inside = insideOf(page, all);
    if (inside.length > 0 && !(await isPassed(site, page, budget)))
      await dropPages(deps, site, inside, budget);
  }
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
