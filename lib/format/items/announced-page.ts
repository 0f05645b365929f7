/**
 * A compacted page that is announced: it lies at the key of the page to come and holds nothing that a reader could use. Its maker
 * looks once more at what the page stands for, and makes it count only if it is announced still. Whoever has changed
 * what such a page may stand for deletes the announcement, and so is sure that the page never comes.
 *
 *   Announced => w (16 hex digits, of one attempt) s (first offset)        Page => b (compacted-page.ts)
 */
import type { Condition, Item, Update } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import type { SegmentId } from "../ids.ts";
import { checkVersionIfAny, located } from "../levels/index.ts";
import { type CompactedPage, encodeCompactedPage, objectOf } from "./compacted-page.ts";

/** stored: never change or reuse. */
const [attemptAttribute, startAttribute, bytesAttribute] = ["w", "s", "b"];

type Change = { readonly update: Update; readonly condition: Condition };

/**
 * Announces a page. `attempt` must be new for each call that is sent: one that arrives late announces again what is over, but
 * nobody knows its attempt, and it never counts.
 */
export function announceUpdate(page: CompactedPage, attempt: string): Change {
  return {
    update: { set: { [attemptAttribute]: attempt, [startAttribute]: page.start } },
    condition: [{ kind: "absent", name: bytesAttribute }],
  };
}

/** Makes the page count, if that attempt to announce it stands. */
export function linkUpdate(page: CompactedPage, attempt: string): Change {
  return {
    update: {
      set: { [bytesAttribute]: encodeCompactedPage(page) },
      remove: [attemptAttribute, startAttribute],
    },
    condition: announcedBy(attempt),
  };
}

/** That attempt to announce a page stands. */
export function announcedBy(attempt: string): Condition {
  return [{ kind: "equals", name: attemptAttribute, value: attempt }];
}

/** The page does not count, by now. */
export const isNoPage: Condition = [{ kind: "absent", name: bytesAttribute }];

/** Whether the item is no page yet, and maybe never. */
export function isAnnounced({ attributes }: Pick<Item, "attributes">): boolean {
  return attributes[bytesAttribute] === undefined;
}

/** The object of the page that is announced. Throws MalformedBytes, and FormatNewer. */
export function announcedObject(item: Item): SegmentId {
  checkVersion(item);
  return objectOf(item);
}

/** The first offset of the page that is announced. Throws MalformedBytes, and FormatNewer. */
export function announcedStart(item: Item): number {
  checkVersion(item);
  const { pk, sk, attributes } = item;
  const start = attributes[startAttribute];
  if (typeof start !== "number") throw new MalformedBytes(`page ${pk}/${sk} is announced without its start`);
  return start;
}

function checkVersion({ pk, sk, attributes }: Item): void {
  located(
    () => `page ${pk}/${sk}`,
    () => checkVersionIfAny("announcedPage", attributes["v"]),
  );
}
