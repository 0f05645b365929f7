/**
 * Lines that break programs which decode, trim or hurry: empty ones, "\r" at the end and in the middle, bytes that are
 * no valid UTF-8, a NUL, the byte order mark, one of 900 KiB.
 */
export const nastyLines: readonly Uint8Array[] = [
  "",
  "plain",
  "windows\r",
  "\r",
  "in\rside",
  " spaces \t",
  "",
  "",
  "\xff\xfe\xc3\x28",
  "\xef\xbb\xbfmark",
  "nul\0byte",
  "null",
  "\x85",
  "x".repeat(900 * 1024 - 2).concat("\xffy"),
  "\xe2\x82",
  "last",
].map(text => Buffer.from(text, "latin1"));

/** Lines with "\n" between them, and none at the end. */
export function joined(lines: readonly Uint8Array[]): Buffer {
  return Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [Buffer.of(0x0a), line])));
}
