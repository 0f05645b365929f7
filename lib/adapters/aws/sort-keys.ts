/**
 * The sort keys next to a given one, in the order of their UTF-8 bytes, among all text of 1 to 1,024 bytes.
 *
 * DynamoDB says where a query stopped (exclusive); the port says where to go on (inclusive). Nothing lies between a key
 * and its neighbour, so going on from the neighbour neither loses nor repeats an item, and needs no further read.
 */
import { itemLimits } from "../../ports/index.ts";

const bytesMax = itemLimits.skBytesMax;
const last = 0x10ffff;
/** The largest character of 1, 2, 3 and 4 bytes. */
const largest = ["\u007f", "\u07ff", "\uffff", "\u{10ffff}"] as const;

/** The least key after `sk`; undefined when there is none. */
export function keyAfter(sk: string): string | undefined {
  if (Buffer.byteLength(sk) < bytesMax) return `${sk}\0`;
  // No key is longer: raise the last character that can be raised within the limit.
  for (let characters = [...sk]; characters.length > 0; ) {
    const raised = raise(characters.pop()?.codePointAt(0) ?? last);
    const key = raised === undefined ? undefined : characters.join("") + raised;
    if (key !== undefined && Buffer.byteLength(key) <= bytesMax) return key;
  }
  return undefined;
}

/** The greatest key before `sk`; undefined when there is none. */
export function keyBefore(sk: string): string | undefined {
  const characters = [...sk];
  const lowered = lower(characters.pop()?.codePointAt(0) ?? 0);
  const beginning = characters.join("");
  if (lowered === undefined) return beginning === "" ? undefined : beginning;
  return filled(beginning + lowered);
}

/** The next character in the order of code points, which is that of their bytes. */
function raise(codePoint: number): string | undefined {
  if (codePoint === last) return undefined;
  return String.fromCodePoint(codePoint === 0xd7ff ? 0xe000 : codePoint + 1);
}

function lower(codePoint: number): string | undefined {
  if (codePoint === 0) return undefined;
  return String.fromCodePoint(codePoint === 0xe000 ? 0xd7ff : codePoint - 1);
}

/** The greatest key that begins so. */
function filled(beginning: string): string {
  const room = bytesMax - Buffer.byteLength(beginning);
  return beginning + largest[3].repeat(room >> 2) + (room % 4 === 0 ? "" : largest[(room % 4) - 1]);
}
