/**
 * Answers on their way to one client, in the order in which they are given. Those of one turn leave together: what one flush
 * stored is acknowledged by one write, and its client wakes once. They leave in pieces, so that a reader that is slow but
 * alive is told from one that takes nothing, and what it took is let go. Who takes nothing for long while the room for answers
 * is full is cut off.
 */
import type { Socket } from "node:net";
import type { Clock } from "../../ports/index.ts";
import type { AnswerBytes } from "./answer-bytes.ts";

/** Handed to the socket at once, bytes. */
const pieceBytesMax = 256 * 1024;
/** Answers not taken, bytes: past it this client gets no more of them made. */
export const unsentBytesMax = 1024 * 1024;
/** How long a client may take nothing while there is no room for the answers of others. */
export const untakenMs = 30_000;

type Deps = {
  readonly socket: Socket;
  readonly answers: AnswerBytes;
  readonly clock: Clock;
  /** The client took a piece, or is gone. */
  readonly onTaken: () => void;
  /** The client took nothing for too long. */
  readonly onStalled: () => void;
};

export class Replies {
  readonly #deps: Deps;
  /** Not handed to the socket yet, from `#next` on. */
  #parts: Uint8Array[] = [];
  #next = 0;
  #queuedBytes = 0;
  /** With the socket. */
  #leavingBytes = 0;
  #isAboutToWrite = false;
  #waiting: (() => void)[] = [];

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Bytes that were not taken yet. */
  get unsentBytes(): number {
    return this.#queuedBytes + this.#leavingBytes;
  }

  /** Sends a frame of these parts; answers with its bytes. A client that is gone gets nothing. */
  send(parts: readonly Uint8Array[]): number {
    if (!this.#deps.socket.writable) return 0;
    const bytes = bytesIn(parts);
    const size = Buffer.alloc(4);
    size.writeInt32BE(bytes);
    this.#parts.push(size);
    for (const part of parts) this.#parts.push(part);
    this.#queuedBytes += size.length + bytes;
    this.#deps.answers.hold(size.length + bytes);
    if (!this.#isAboutToWrite) {
      this.#isAboutToWrite = true;
      // After everything that this turn settles.
      process.nextTick(() => this.#writeAll());
    }
    return size.length + bytes;
  }

  /** Resolves when so many bytes or less are unsent; also when the client is gone. */
  async unsentAtMost(bytes: number): Promise<void> {
    while (this.unsentBytes > bytes) await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  #writeAll(): void {
    this.#isAboutToWrite = false;
    if (this.#deps.socket.writable) this.#write();
    else this.#letGo(this.#dropQueued());
  }

  #write(): void {
    if (this.#leavingBytes > 0 || this.#queuedBytes === 0) return;
    const { socket } = this.#deps;
    const piece = this.#nextPiece();
    const bytes = bytesIn(piece);
    this.#queuedBytes -= bytes;
    this.#leavingBytes = bytes;
    let cancel: () => void = () => undefined;
    const taken = (): void => {
      cancel();
      this.#leavingBytes = 0;
      this.#letGo(bytes + (socket.destroyed ? this.#dropQueued() : 0));
      this.#write();
    };
    socket.cork();
    for (const part of piece.slice(0, -1)) socket.write(part);
    socket.write(piece.at(-1) ?? new Uint8Array(), taken);
    socket.uncork();
    // Mostly the system took it at once.
    if (socket.writableLength > 0) cancel = this.#watch();
  }

  /** Answers with what ends the watch. */
  #watch(): () => void {
    const { clock, answers, onStalled } = this.#deps;
    let cancel = clock.timer(untakenMs, () => {
      if (answers.isFull) onStalled();
      else cancel = this.#watch();
    });
    return () => cancel();
  }

  #letGo(bytes: number): void {
    this.#deps.answers.release(bytes);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
    this.#deps.onTaken();
  }

  /** The client is gone. Answers with how many bytes nobody will take. */
  #dropQueued(): number {
    const bytes = this.#queuedBytes;
    this.#parts = [];
    this.#next = 0;
    this.#queuedBytes = 0;
    return bytes;
  }

  /** Up to `pieceBytesMax` of what is next. */
  #nextPiece(): Uint8Array[] {
    const piece: Uint8Array[] = [];
    for (let room = pieceBytesMax; room > 0 && this.#next < this.#parts.length; ) {
      const part = this.#parts[this.#next] ?? new Uint8Array();
      piece.push(part.subarray(0, room));
      if (part.length > room) this.#parts[this.#next] = part.subarray(room);
      else this.#next++;
      room -= part.length;
    }
    if (this.#next === this.#parts.length) {
      this.#parts = [];
      this.#next = 0;
    }
    return piece;
  }
}

function bytesIn(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
