/**
 * The chance of this process. One of the few places that may ask for it.
 */
import { randomBytes } from "node:crypto";
import type { Random } from "../../ports/index.ts";

export class SystemRandom implements Random {
  bytes(length: number): Uint8Array {
    return new Uint8Array(randomBytes(length));
  }

  /** Jitter keeps no secret: the engine's own generator is good enough. */
  number(): number {
    return Math.random();
  }
}
