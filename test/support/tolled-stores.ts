/** Stores whose calls can be counted, cut off and held up, one by one. */
import type { EngineDeps } from "../../lib/engine/index.ts";

/** Makes a call of a store, of this name, in its own way. */
export type Toll = <T>(call: () => Promise<T>, name: string) => Promise<T>;

/** The same stores, with a toll on each call. */
export function tolled(deps: EngineDeps, toll: Toll): EngineDeps {
  return { ...deps, items: withToll(deps.items, toll), objects: withToll(deps.objects, toll) };
}

function withToll<T extends object>(store: T, toll: Toll): T {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...given: readonly unknown[]) =>
        toll(async (): Promise<unknown> => Reflect.apply(method, target, given), String(name));
    },
  });
}

/** Dies at the n-th call (of a name): before it takes effect, or behind it. Later calls do not happen. */
export function dyingAt(nth: number, when: "before" | "after", only?: string) {
  let calls = 0;
  let isDead = false;
  const toll: Toll = async (call, name) => {
    if (only === undefined || name === only) calls++;
    const isLast = calls === nth;
    if (isDead || (isLast && when === "before")) {
      isDead = true;
      throw new Error("killed");
    }
    const answer = await call();
    isDead ||= isLast;
    if (isDead) throw new Error("killed");
    return answer;
  };
  return { toll, isDead: () => isDead };
}

/** Stands still at the n-th call (of a name), before it takes effect or behind it, until it is let go. */
export function frozenAt(nth: number, when: "before" | "after", only?: string) {
  let calls = 0;
  let isFrozen = false;
  const { promise: reached, resolve: hear } = Promise.withResolvers<void>();
  const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
  const stop = () => {
    isFrozen = true;
    hear();
    return thawed;
  };
  const toll: Toll = async (call, name) => {
    if (only === undefined || name === only) calls++;
    const isLast = calls === nth && !isFrozen;
    if (isLast && when === "before") await stop();
    const answer = await call();
    if (isLast && when === "after") await stop();
    return answer;
  };
  return { toll, reached, thaw, isFrozen: () => isFrozen };
}

/** Lets others go first, now and then, as a seed says. */
export function dawdling(seed: number): Toll {
  let state = seed;
  const some = async () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    for (let turns = state >>> 29; turns > 0; turns--) await new Promise(resolve => setImmediate(resolve));
  };
  return async call => {
    await some();
    const answer = await call();
    await some();
    return answer;
  };
}
