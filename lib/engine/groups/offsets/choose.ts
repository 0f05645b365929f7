/**
 * What to write, from what is there: pure. The generation and the version that were seen are the expectation of the write, so
 * that nothing old lands: not a member's of an older generation, not an earlier attempt whose answer was lost.
 */
import { limits } from "../../../format/index.ts";
import {
  type GroupState,
  type OffsetsChange,
  type OffsetsHead,
  offsetsItem,
  offsetsName,
  offsetsUpdate,
  readOffsetsHead,
} from "../../../format/items/index.ts";
import {
  type Attributes,
  type Condition,
  type Item,
  type ItemKey,
  type ItemValue,
  itemBytes,
  type Update,
} from "../../../ports/index.ts";
import { equalBytes } from "../../../std/index.ts";

/** Partitions that one update names: DynamoDB takes expressions of 4 KiB. More are put as a whole item. */
const updatePartitionsMax = 100;

/** An item as it was seen last; the image may be known no more. */
export type Seen = OffsetsHead & { readonly bytes: number; readonly image?: Attributes };

/** The generation that a change is made in, and the oldest that is not void. */
export type Era = {
  readonly generation: number;
  readonly born: number;
  /**
   * Partitions change hands within a generation, in a group of kind consumer and where a static member comes back: the version
   * alone tells what is old. Whoever takes over raises it, and whoever is refused has to be admitted anew.
   */
  readonly isByVersion: boolean;
};

/** The era of a group as it was read. */
export function eraOf({ generation, born, kind, phase, hasStatics }: GroupState): Era {
  const isByVersion = (kind === "consumer" && phase === "assigned") || hasStatics === true;
  return { generation, born, isByVersion };
}

export type Choice =
  /** It is there already. */
  | { readonly kind: "done"; readonly full: ReadonlySet<number> }
  /** The item is of a generation above: whoever asks has to see where the group is now. */
  | { readonly kind: "moved"; readonly seen: Seen }
  /** The image has to be read first. */
  | { readonly kind: "look" }
  | ({ readonly kind: "write"; readonly full: ReadonlySet<number> } & Write);

/** A conditional write. `full`: partitions that are left out, for the item has no room. */
export type Write =
  | { readonly verb: "put"; readonly item: Item; readonly condition: Condition }
  | { readonly verb: "update"; readonly update: Update; readonly condition: Condition };

/** What an image says of its item. Throws MalformedBytes. */
export function seenIn(key: ItemKey, image: Attributes): Seen {
  return { ...readOffsetsHead(image), bytes: itemBytes({ ...key, attributes: image }), image };
}

/** How the change is made on what was seen: undefined, when nothing was, or is known. */
export function choose(key: ItemKey, seen: Seen | undefined, era: Era, change: OffsetsChange): Choice {
  if (seen === undefined) return put(key, undefined, era, {}, change);
  const isStamp = change.set.size + change.remove.length === 0;
  const mustWrite = era.isByVersion && isStamp;
  if (!mustWrite && seen.image !== undefined && holdsAll(seen.image, era, change)) return done;
  if (seen.generation > era.generation) return { kind: "moved", seen };
  if (seen.generation < era.born) return overVoid(put(key, seen, era, {}, change), seen, era);
  const isLarge = change.set.size + change.remove.length > updatePartitionsMax;
  const isRoomy = seen.bytes + bytesOf(change.set) <= limits.groupOffsetsBytesMax;
  if (!isLarge && isRoomy)
    return {
      kind: "write",
      verb: "update",
      ...offsetsUpdate(seen, era.generation, change),
      full: new Set(),
    };
  return seen.image === undefined ? { kind: "look" } : put(key, seen, era, seen.image, change);
}

/** What is void may be gone, and its version that of an item made anew: only what is void still is replaced. */
function overVoid(choice: Choice, { version }: Seen, { born }: Era): Choice {
  if (choice.kind !== "write") return choice;
  const condition: Condition = [
    { kind: "below", name: "g", value: born },
    { kind: "equals", name: "n", value: version },
  ];
  return { ...choice, condition };
}

const done: Choice = { kind: "done", full: new Set() };

function put(
  key: ItemKey,
  before: OffsetsHead | undefined,
  era: Era,
  kept: Attributes,
  { set, remove }: OffsetsChange,
): Choice {
  const empty = offsetsItem(key, before, era.generation, kept, { set: new Map(), remove });
  const { fitting, full } = whatFits(itemBytes(empty.item), kept, set);
  if (full.size > 0 && fitting.size === 0) return { kind: "done", full };
  const write = offsetsItem(key, before, era.generation, kept, { set: fitting, remove });
  return { kind: "write", verb: "put", ...write, full };
}

/** As many as the item has room for, in their order. */
function whatFits(bytes: number, kept: Attributes, set: ReadonlyMap<number, Uint8Array>) {
  const fitting = new Map<number, Uint8Array>();
  const full = new Set<number>();
  let total = bytes;
  for (const [partition, value] of set) {
    const old = kept[offsetsName(partition)];
    const added = value.length - (old instanceof Uint8Array ? old.length : -offsetsName(partition).length);
    if (total + added > limits.groupOffsetsBytesMax && added > 0) full.add(partition);
    else {
      total += added;
      fitting.set(partition, value);
    }
  }
  return { fitting, full };
}

function bytesOf(set: ReadonlyMap<number, Uint8Array>): number {
  let bytes = 0;
  for (const [partition, value] of set) bytes += offsetsName(partition).length + value.length;
  return bytes;
}

/** Made before, by an attempt whose answer was lost: what an older generation left may look alike, and is not enough. */
function holdsAll(image: Attributes, { generation }: Era, { set, remove }: OffsetsChange): boolean {
  if (readOffsetsHead(image).generation < generation) return false;
  for (const [partition, value] of set) if (!isSame(image[offsetsName(partition)], value)) return false;
  return remove.every(partition => image[offsetsName(partition)] === undefined);
}

function isSame(stored: ItemValue | undefined, value: Uint8Array): boolean {
  return stored instanceof Uint8Array && equalBytes(stored, value);
}
