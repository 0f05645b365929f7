/**
 * Cuts a stream of bytes into lines: at "\n" and nowhere else. Bytes are never decoded, so that a line may hold any of
 * them, "\r" too. An empty line is a line; what follows the last "\n" is one only if it has bytes.
 */
import { concat } from "../../lib/std/index.ts";

const newline = 0x0a;

export class LineSplitter {
  #parts: Uint8Array[] = [];
  #unfinishedBytes = 0;

  /** Bytes of the line whose end has not come yet: what must be bounded from outside. */
  get unfinishedBytes(): number {
    return this.#unfinishedBytes;
  }

  /** The lines that `chunk` completes, without their "\n": views of it but for one that began in an earlier chunk. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      lines.push(this.#complete(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** At the end of the stream: the last line, if it has no "\n". */
  end(): readonly Uint8Array[] {
    return this.#unfinishedBytes === 0 ? [] : [this.#complete(new Uint8Array(0))];
  }

  #keep(part: Uint8Array): void {
    this.#parts.push(part);
    this.#unfinishedBytes += part.length;
  }

  #complete(last: Uint8Array): Uint8Array {
    if (this.#unfinishedBytes === 0) return last;
    const line = concat([...this.#parts, last]);
    this.#parts = [];
    this.#unfinishedBytes = 0;
    return line;
  }
}
