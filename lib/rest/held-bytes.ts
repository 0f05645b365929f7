/**
 * The part of the room for request bodies that one request has taken. It never waits for room: requests that wait for
 * each other with half a body each would wait for ever.
 */
import type { Semaphore } from "../std/index.ts";
import { BodiesOverloaded } from "./errors.ts";

export class HeldBytes {
  readonly #room: Semaphore;
  #bytes = 0;

  constructor(room: Semaphore) {
    this.#room = room;
  }

  /** Throws BodiesOverloaded when there is no room. */
  add(bytes: number): void {
    if (bytes > 0 && !this.#room.tryTake(bytes))
      throw new BodiesOverloaded(
        `${this.#room.used} bytes of request bodies are held; ${bytes} more do not fit ${this.#room.limit}`,
      );
    this.#bytes += bytes;
  }

  /** Gives back some of what was added. */
  give(bytes: number): void {
    if (bytes > 0) this.#room.give(bytes);
    this.#bytes -= bytes;
  }

  /** Gives back all that is left. */
  release(): void {
    this.give(this.#bytes);
  }
}
