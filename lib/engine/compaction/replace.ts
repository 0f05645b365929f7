/**
 * Puts one page in the place of several, while those that it was made of are there: the covering page first, then the inner pages go.
 * The covering page is never taken back: another may have dropped pages on its word already.
 */
import { type CompactedPage, compactedPageKey } from "../../format/items/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import { insideOf } from "./choose-merge.ts";
import type { Site } from "./compactor.ts";
import { areThere, isPassed, linkPage } from "./link.ts";

/** Whether the page, made of `sources`, stands now in the place of those of `all` that are inside it. */
export async function replacePages(
  deps: EngineDeps,
  site: Site,
  page: CompactedPage,
  { sources, all }: { readonly sources: readonly CompactedPage[]; readonly all: readonly CompactedPage[] },
  budget: Budget,
): Promise<boolean> {
  if (!(await linkPage(deps, site, page, () => areThere(deps, site, sources, budget), budget))) return false;
  await dropPages(deps, site, insideOf(page, all), budget);
  return true;
}

/** Drops pages inside others of a chain that have proved to count, whoever linked them. */
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

/** Deletes pages by their full keys. */
export async function dropPages(
  deps: EngineDeps,
  { topic, partition }: Site,
  pages: readonly CompactedPage[],
  budget: Budget,
): Promise<void> {
  for (const page of pages)
    await budget.call(() => deps.items.delete(compactedPageKey(topic, partition, page)));
}
