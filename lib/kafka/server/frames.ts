/**
 * Bytes of a socket to frames: size:i32, then so many bytes. Kept as they arrive until a frame is whole, so that a length
 * that is only claimed costs nothing; a length that no client sends is refused at once.
 */
import { CumulogError } from "../../std/index.ts";

/** What comes is no frame: another protocol, or garbage. */
export class BadFrame extends CumulogError {
  override readonly name = "BadFrame";
  readonly kind = "caller";
}

const sizeBytes = 4;

/** Takes bytes as they come, gives frames when they are whole. */
export class FrameReader {
  readonly #frameBytesMax: number;
  #chunks: Uint8Array[] = [];
  #buffered = 0;

  constructor(options: { readonly frameBytesMax: number }) {
    this.#frameBytesMax = options.frameBytesMax;
  }

  /** Bytes that belong to a frame that is not whole yet. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  /** The frames that these bytes complete, in order; views where a frame came in one piece. Throws BadFrame. */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const frames: Uint8Array[] = [];
    for (;;) {
      const size = this.#nextSize();
      if (size === undefined || this.#buffered < sizeBytes + size) return frames;
      frames.push(this.#take(sizeBytes + size).subarray(sizeBytes));
    }
  }

  #nextSize(): number | undefined {
    if (this.#buffered < sizeBytes) return undefined;
    let first = this.#chunks[0] ?? new Uint8Array();
    if (first.length < sizeBytes) {
      first = Buffer.concat(this.#chunks);
      this.#chunks = [first];
    }
    const size = new DataView(first.buffer, first.byteOffset, sizeBytes).getInt32(0);
    if (size < 0 || size > this.#frameBytesMax)
      throw new BadFrame(complaint(size, first, this.#frameBytesMax));
    return size;
  }

  /** The next `length` bytes, which are there. */
  #take(length: number): Uint8Array {
    const first = this.#chunks[0] ?? new Uint8Array();
    const whole = first.length >= length ? first : Buffer.concat(this.#chunks);
    const rest = whole.subarray(length);
    this.#chunks = whole === first ? this.#chunks.slice(1) : [];
    if (rest.length > 0) this.#chunks.unshift(rest);
    this.#buffered -= length;
    return whole.subarray(0, length);
  }
}

function complaint(size: number, bytes: Uint8Array, frameBytesMax: number): string {
  const start = Buffer.from(bytes.subarray(0, 4)).toString("latin1");
  if (/^(GET|POST|PUT|HEAD|DELE|OPTI|PATC)/.test(start)) return "an HTTP request on the Kafka port";
  if (bytes[0] === 0x16 && bytes[1] === 3) return "a TLS hello on a port without TLS";
  return `a frame of ${size} bytes, ${frameBytesMax} allowed`;
}
