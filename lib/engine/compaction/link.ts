/**
 * Makes a page count. It is announced, then looked at once more whether it is still true, and then linked if it is announced still.
 * Whoever has changed what pages may say deletes what is announced: a process that slept meanwhile, or a call that was
 * late, brings nothing back. Without this a slow merge could bring back a value whose tombstone is long gone.
 *
 * A sweep that may take the object for rubbish raises the floor, and then withdraws what is announced: either the floor is seen
 * here, or the announcement there. So no page that counts names an object that is swept.
 */
import { timeOf } from "../../format/index.ts";
import {
  announcedBy,
  announceUpdate,
  type CompactedPage,
  compactedPageKey,
  isAnnounced,
  isNoPage,
  linkUpdate,
  type SequencerImage,
} from "../../format/items/index.ts";
import type { Attributes, ItemKey } from "../../ports/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";
import type { Site } from "./compactor.ts";
import type { Place } from "./types.ts";

/** `isTrue` is asked once the page is announced, with the shard as it is then. Whether the page counts now. */
export async function linkPage(
  deps: EngineDeps,
  { topic, partition, shard }: Site,
  page: CompactedPage,
  isTrue: (now: SequencerImage) => boolean | Promise<boolean>,
  budget: Budget,
): Promise<boolean> {
  const key = compactedPageKey(topic, partition, page);
  let attempt = "";
  await budget.call(() => {
    attempt = Buffer.from(deps.random.bytes(8)).toString("hex");
    const { update, condition } = announceUpdate(page, attempt);
    return deps.items.update(key, update, condition);
  });
  const now = await budget.call(() => shard.readStrongly());
  if (now === undefined || isPassedIn(now, page) || !(await isTrue(now))) {
    await budget.call(() => deps.items.delete(key, announcedBy(attempt)));
    return false;
  }
  const { update, condition } = linkUpdate(page, attempt);
  const linked = await budget.call(() => deps.items.update(key, update, condition));
  // Refused by our own first attempt, whose answer was lost: nobody else makes this object's page.
  return linked.kind === "applied" || isPage(linked.current);
}

/** Whether a sweep may have judged the object before its page was there. */
export async function isPassed(
  { shard }: Pick<Site, "shard">,
  page: CompactedPage,
  budget: Budget,
): Promise<boolean> {
  const image = await budget.call(() => shard.readStrongly());
  return image === undefined || isPassedIn(image, page);
}

function isPassedIn({ isSealed, floor }: SequencerImage, { objectId }: CompactedPage): boolean {
  return isSealed || floor > timeOf(objectId);
}

/** Deletes what is announced, so that it never counts. False: it counts already. */
export async function withdraw(
  { items }: Pick<EngineDeps, "items">,
  key: ItemKey,
  budget: Budget,
): Promise<boolean> {
  const deleted = await budget.call(() => items.delete(key, isNoPage));
  return deleted.kind === "applied" || !isPage(deleted.current);
}

/** Whether all of these pages are there still. */
export async function areThere(
  { items }: EngineDeps,
  { topic, partition }: Place,
  pages: readonly CompactedPage[],
  budget: Budget,
): Promise<boolean> {
  for (const page of pages) {
    const key = compactedPageKey(topic, partition, page);
    if (!isPage(await budget.call(() => items.get(key, { consistent: true })))) return false;
  }
  return true;
}

function isPage(attributes: Attributes | undefined): boolean {
  return attributes !== undefined && !isAnnounced({ attributes });
}
