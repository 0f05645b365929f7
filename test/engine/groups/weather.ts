/** A store whose calls take their time in any order and lose answers, by a seed. */
import { type ItemStore, OutcomeUnknown, StoreUnavailable } from "../../../lib/ports/index.ts";

/** mulberry32: the same seed, the same run. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
}

/** Whether calls are lost. */
export type Weather = { isFoul: boolean };

/** Each call takes some turns before and after it is done; in foul weather some are lost, or their answers. */
export function slow(items: ItemStore, chance: Chance, weather: Weather): ItemStore {
  return new Proxy(items, {
    get(target, name: keyof ItemStore) {
      return async (...args: readonly unknown[]) => {
        await turns(chance.below(4));
        const luck = weather.isFoul ? chance.below(100) : 99;
        if (luck < 3) throw new StoreUnavailable("lost");
        const answer = await Reflect.apply(target[name] as () => Promise<unknown>, target, args);
        await turns(chance.below(4));
        if (luck < 6 && name !== "get" && name !== "query") throw new OutcomeUnknown("its answer was lost");
        return answer;
      };
    },
  });
}

/** Lets others go on so often. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(resolve => setImmediate(resolve));
}
