import { describe, expect, it } from "vitest";
import { present } from "../../lib/std/index.ts";
import { mutants } from "./mutants/index.ts";
import { patched } from "./mutate/mutant.ts";
import { checkPatch, huntInChild } from "./run/hunt.ts";

const named = (name: string) =>
  present(
    mutants.find(mutant => mutant.name === name),
    name,
  );

describe("mutants", () => {
  it("fit the code as it is", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(10);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    for (const mutant of mutants) expect(() => checkPatch(mutant)).not.toThrow();
  });

  it("are refused when their place is not there exactly once", () => {
    const mutant = { ...named("floor-not-inherited"), edits: [{ find: "x", replace: "y" }] };
    expect(() => patched(mutant, "a b")).toThrow(/0 places/);
    expect(() => patched(mutant, "x x")).toThrow(/2 places/);
    expect(patched(mutant, "a x b")).toBe("a y b");
  });

  it.each([
    ["retry-without-own-entry", "I7"],
    ["floor-not-inherited", "I10"],
  ])("are caught: %s", async (name, invariant) => {
    expect(await huntInChild(named(name), 1, 20)).toMatchObject({ mutant: name, caughtBy: invariant });
  });
});
