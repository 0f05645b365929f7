/**
 * 64 bits that tell texts apart by accident, not by intent: whoever could make two alike would fool only itself. Two lanes of
 * FNV-1a with different primes, which feed each other.
 */
const primeA = 0x01000193;
const primeB = 0x85ebca6b;

/** 16 hex digits of a text. */
export function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0xc2b2ae35;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, primeA) ^ (b >>> 15);
    b = Math.imul(b ^ unit, primeB) ^ (a >>> 13);
  }
  a = Math.imul(a ^ text.length, primeB) ^ (b >>> 16);
  b = Math.imul(b ^ text.length, primeA) ^ (a >>> 16);
  return hex(a) + hex(b);
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, "0");
}
