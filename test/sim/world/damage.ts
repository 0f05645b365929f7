/**
 * Which objects arrive damaged, and how: always the same way for one object, as a bad disk would have it. Some are not found.
 */
import type { Damage } from "../../../lib/adapters/faulty/index.ts";
import type { Prng } from "./prng.ts";
import type { World } from "./world.ts";

export class DamageMap {
  readonly #world: World;
  readonly #prng: Prng;
  readonly #rate: number;
  readonly #damages = new Map<string, Damage | undefined>();

  constructor(world: World, prng: Prng, rate: number) {
    this.#world = world;
    this.#prng = prng;
    this.#rate = rate;
  }

  of(key: string): Damage | undefined {
    if (!this.#damages.has(key)) this.#damages.set(key, this.#draw(key));
    return this.#damages.get(key);
  }

  #draw(key: string): Damage | undefined {
    const sizeBytes = this.#world.memoryObjects.peek(key)?.length ?? 0;
    const isDamaged = this.#prng.chance(this.#rate);
    const kind = this.#prng.pick(["bitFlipped", "cutOff", "lost"] as const);
    const at = this.#prng.below(Math.max(1, sizeBytes));
    if (!isDamaged || sizeBytes === 0) return undefined;
    this.#world.damagedObjects.add(key);
    return kind === "lost" ? { kind } : { kind, at };
  }
}
