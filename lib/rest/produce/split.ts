/**
 * Cuts a stream of bytes into the JSON objects that it holds back to back, with or without white space between them.
 * Only brackets and strings are looked at: whether a piece is JSON is found out by parsing it. An object may arrive in
 * any number of chunks; one that grows past the limit is counted to its end and left out, and the next ones are whole.
 */
import { concat } from "../../std/index.ts";

/** Where something begins: bytes from the start of the stream, and lines counted from 1. */
type Place = { readonly at: number; readonly line: number };
/** What was found, and where. */
export type Piece = Place &
  (
    | { readonly kind: "object"; readonly bytes: Uint8Array }
    | { readonly kind: "tooLarge"; readonly sizeBytes: number }
    /** Something else than an object begins here: what follows cannot be told apart. */
    | { readonly kind: "garbage"; readonly byte: number }
    /** The stream ended inside an object, of which nothing is kept if it is too large. */
    | { readonly kind: "truncated"; readonly sizeBytes: number; readonly bytes: Uint8Array }
  );

const code = {
  newline: 0x0a,
  quote: 0x22,
  backslash: 0x5c,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  openBracket: 0x5b,
  closeBracket: 0x5d,
} as const;

export class JsonSplitter {
  readonly #objectBytesMax: number;
  #consumed = 0;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #startedAt = 0;
  #line = 1;
  #startedLine = 1;
  #parts: Uint8Array[] = [];
  #isBroken = false;

  constructor(objectBytesMax: number) {
    this.#objectBytesMax = objectBytesMax;
  }

  /** Whether bytes of an object that is not complete yet are held. */
  get isKeeping(): boolean {
    return this.#parts.length > 0;
  }

  /** The pieces that these bytes complete, in order. Nothing more comes after garbage. */
  push(chunk: Uint8Array): readonly Piece[] {
    const pieces: Piece[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length && !this.#isBroken; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#depth === 0) {
        if (byte === code.newline) this.#line++;
        if (isSpace(byte)) continue;
        start = at;
        this.#startedAt = this.#consumed + at;
        this.#startedLine = this.#line;
        if (byte !== code.openBrace) pieces.push(this.#break(byte));
        else this.#depth = 1;
      } else if (this.#closes(byte)) {
        pieces.push(this.#finish(chunk.subarray(start, at + 1), this.#consumed + at + 1));
      }
    }
    if (this.#depth > 0) this.#keep(chunk.subarray(start), this.#consumed + chunk.length);
    this.#consumed += chunk.length;
    return pieces;
  }

  /** What is left when the stream has ended. */
  end(): Piece | undefined {
    if (this.#depth === 0 || this.#isBroken) return undefined;
    const at = this.#startedAt;
    const sizeBytes = this.#consumed - at;
    return { kind: "truncated", at, line: this.#startedLine, sizeBytes, bytes: concat(this.#parts) };
  }

  /** Whether this byte, inside an object, is its last. */
  #closes(byte: number): boolean {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === code.backslash) this.#isEscaped = true;
      else if (byte === code.quote) this.#isInString = false;
      return false;
    }
    if (byte === code.quote) this.#isInString = true;
    else if (byte === code.openBrace || byte === code.openBracket) this.#depth++;
    else if (byte === code.closeBrace || byte === code.closeBracket) this.#depth--;
    return this.#depth === 0;
  }

  #finish(last: Uint8Array, end: number): Piece {
    const at = this.#startedAt;
    const line = this.#startedLine;
    const parts = this.#parts;
    this.#parts = [];
    this.#line += newlinesIn(last);
    const sizeBytes = end - at;
    if (sizeBytes > this.#objectBytesMax) return { kind: "tooLarge", at, line, sizeBytes };
    return { kind: "object", at, line, bytes: parts.length === 0 ? last : concat([...parts, last]) };
  }

  #keep(part: Uint8Array, end: number): void {
    this.#line += newlinesIn(part);
    if (end - this.#startedAt > this.#objectBytesMax) this.#parts = [];
    else this.#parts.push(part);
  }

  #break(byte: number): Piece {
    this.#isBroken = true;
    return { kind: "garbage", at: this.#startedAt, line: this.#startedLine, byte };
  }
}

function newlinesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(code.newline); at >= 0; at = bytes.indexOf(code.newline, at + 1)) count++;
  return count;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
