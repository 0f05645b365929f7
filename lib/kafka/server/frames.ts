/**
 * Bytes of a socket to frames: size:i32, then so many bytes. Kept as they arrive until a frame is whole, so that a length
 * that is only claimed costs nothing; a length that no client sends is refused at once. Each byte is copied once at most,
 * and not at all where a frame came in one piece; bytes that come one by one are joined as they double.
 */
import { CumulogError } from "../../std/index.ts";

/** What comes is no frame: another protocol, or garbage. */
export class BadFrame extends CumulogError {
  override readonly name = "BadFrame";
  readonly kind = "caller";
}

const sizeBytes = 4;
/** Pieces below this are joined: a piece takes some 100 bytes beside its own. */
const joinedBytesMax = 16 * 1024;

/** Takes bytes as they come, gives frames when they are whole. */
export class FrameReader {
  readonly #frameBytesMax: number;
  /** What came, in order; none is empty. */
  #pieces: Uint8Array[] = [];
  #buffered = 0;
  /** The size that the next frame claims, once it is known. */
  #size: number | undefined;

  constructor(options: { readonly frameBytesMax: number }) {
    this.#frameBytesMax = options.frameBytesMax;
  }

  /** Bytes that were not given as a frame yet. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  /** Takes what came. */
  push(chunk: Uint8Array): void {
    this.#buffered += chunk.length;
    let piece = chunk;
    for (let last = this.#pieces.at(-1); last && joins(last, piece); last = this.#pieces.at(-1)) {
      piece = Buffer.concat([last, piece]);
      this.#pieces.pop();
    }
    if (piece.length > 0) this.#pieces.push(piece);
  }

  /** The next frame, without its size; undefined when it is not whole yet. Throws BadFrame, then and ever after. */
  next(): Uint8Array | undefined {
    if (this.#size === undefined && this.#buffered >= sizeBytes) this.#size = this.#readSize();
    if (this.#size === undefined || this.#buffered < sizeBytes + this.#size) return undefined;
    const frame = this.#take(sizeBytes + this.#size).subarray(sizeBytes);
    this.#size = undefined;
    return frame;
  }

  /** Forgets what is buffered. */
  drop(): void {
    this.#pieces = [];
    this.#buffered = 0;
    this.#size = undefined;
  }

  #readSize(): number {
    let [first = new Uint8Array()] = this.#pieces;
    if (first.length < sizeBytes) {
      first = Buffer.concat(this.#pieces);
      this.#pieces = [first];
    }
    const size = new DataView(first.buffer, first.byteOffset, sizeBytes).getInt32(0);
    if (size < 0 || size > this.#frameBytesMax)
      throw new BadFrame(complaint(size, first, this.#frameBytesMax));
    return size;
  }

  /** The next `length` bytes, which are there. */
  #take(length: number): Uint8Array {
    this.#buffered -= length;
    const [first = new Uint8Array()] = this.#pieces;
    if (first.length < length) return this.#gather(length);
    if (first.length === length) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(length);
    return first.subarray(0, length);
  }

  /** A copy: the rest of the last piece must not keep the whole frame in memory. */
  #gather(length: number): Uint8Array {
    const whole = Buffer.allocUnsafe(length);
    let used = 0;
    for (let at = 0; at < length; used++) {
      const piece = this.#pieces[used] ?? new Uint8Array();
      const part = piece.subarray(0, length - at);
      whole.set(part, at);
      at += part.length;
      if (part.length < piece.length) this.#pieces[used--] = piece.subarray(part.length);
    }
    this.#pieces.splice(0, used);
    return whole;
  }
}

function joins(last: Uint8Array, piece: Uint8Array): boolean {
  return last.length <= piece.length && piece.length < joinedBytesMax;
}

function complaint(size: number, bytes: Uint8Array, frameBytesMax: number): string {
  const start = Buffer.from(bytes.subarray(0, 4)).toString("latin1");
  if (/^(GET|POST|PUT|HEAD|DELE|OPTI|PATC|PRI)/.test(start)) return "an HTTP request on the Kafka port";
  if (bytes[0] === 0x16 && bytes[1] === 3) return "a TLS hello on a port without TLS";
  return `a frame of ${size} bytes, ${frameBytesMax} allowed`;
}
