/**
 * A segment of the item tier: its bytes are an item. `S#<2 hex>` / `<segment id>`, so that segments can be enumerated
 * by hash and time without a scan.
 */
import type { Attributes, Item, ItemKey } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import { type SegmentId, segmentId, segmentTime } from "../ids.ts";
import { checkVersionIfAny, located } from "../levels/index.ts";
import { segmentHash } from "../object-keys.ts";

const bytesAttribute = "b";

/** Where an item-tier segment lies. */
export function segmentItemKey(id: SegmentId): ItemKey {
  return { pk: `S#${segmentHash(id)}`, sk: id };
}

/** The segments of one hash that are older than a time. */
export function segmentItemsBefore(
  hash: string,
  timeMs: number,
): { readonly pk: string; readonly from: string; readonly to: string } {
  const last = segmentId(segmentTime(Math.max(0, timeMs - 1)), new Uint8Array(6).fill(255));
  return { pk: `S#${hash}`, from: "", to: last };
}

/** An item-tier segment as it is stored. */
export function segmentItem(id: SegmentId, bytes: Uint8Array): Item {
  return { ...segmentItemKey(id), attributes: { [bytesAttribute]: bytes } };
}

/** The whole segment, frame included. Throws MalformedBytes, and FormatNewer. */
export function readSegmentItem(id: SegmentId, attributes: Attributes): Uint8Array {
  located(
    () => `item-tier segment ${id}`,
    () => checkVersionIfAny("segmentItem", attributes["v"]),
  );
  const bytes = attributes[bytesAttribute];
  if (!(bytes instanceof Uint8Array)) throw new MalformedBytes(`item-tier segment ${id} holds no bytes`);
  return bytes;
}
