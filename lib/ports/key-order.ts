/**
 * The order in which every store lists keys: by the bytes of their UTF-8, as S3 and DynamoDB do. It differs from
 * JavaScript's own order of strings where a character outside the basic plane meets one of U+E000 to U+FFFF.
 */

/** Below 0, 0 or above 0: `a` before, equal to or after `b`, by the bytes of their UTF-8. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Halves of a surrogate pair stand for characters above U+FFFF: they come after every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
