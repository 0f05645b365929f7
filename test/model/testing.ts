/** What the tests of all models say in the same way. */
import { expect, it } from "vitest";
import { type CheckOptions, check, describe, type Model } from "./checker.ts";
import type { NaiveCase } from "./naive-case.ts";

/** A test for each naive variant: it breaks what the table says, and in the same world the built one is clean. */
export function testNaiveVariants<State, Name extends string, Naive extends string, Bounds extends object>(
  table: Readonly<Record<Naive, NaiveCase<Name, Bounds>>>,
  modelOf: (bounds: Bounds & { readonly naive?: Naive }) => Model<State, Name>,
): void {
  const cases = Object.entries(table) as [Naive, NaiveCase<Name, Bounds>][];
  const titled = cases.map(([naive, found]) => ({ naive, ...found }));
  it.each(titled)("when one $naive, this breaks: $breaks", ({ naive, breaks, bounds }) => {
    const result = check(modelOf({ ...bounds, naive }));
    expect(result.kind === "violation" && result.invariant, describe(result)).toBe(breaks);
    expectClean(modelOf(bounds), { audit: true });
  });
}

/** Every state within the bounds was visited, and none broke an invariant. Fails with the trace. */
export function expectClean<State, Name extends string>(
  model: Model<State, Name>,
  options: CheckOptions = {},
): void {
  const result = check(model, options);
  expect(result.kind, describe(result)).toBe("clean");
}

/** Some state is like that: a model in which nothing happens would be clean too. Fails if there is none. */
export function expectReached<State, Name extends string>(
  model: Model<State, Name>,
  isLike: (state: State) => boolean,
): void {
  const always = { reached: (state: State) => (isLike(state) ? "as looked for" : undefined) };
  const result = check<State, string>({ ...model, always, atRest: {} });
  expect(result.kind, describe(result)).toBe("violation");
}
