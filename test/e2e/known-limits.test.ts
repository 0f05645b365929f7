/**
 * What an end of `cdk deploy --all` means, beside the list of what the emulator cannot do.
 */
import { describe, expect, it } from "vitest";
import { findSurprises, type KnownLimit } from "./known-limits.ts";

const limits: readonly KnownLimit[] = [{ stack: "b", refusal: "is not supported", reason: "" }];
const said = (...failed: string[]): string =>
  failed.map(stack => `❌  ${stack} failed: x is not supported\n`).join("");

describe("the end of a deployment", () => {
  it("is no surprise when what is listed fails, and nothing else", () => {
    expect(findSurprises(1, said("Log-b"), limits)).toEqual([]);
    expect(findSurprises(0, "", [])).toEqual([]);
  });

  it.each<[string, number, string, readonly KnownLimit[], string]>([
    ["something else fails", 1, said("Log-a", "Log-b"), limits, "Log-a failed"],
    ["it fails in other words", 1, "❌  Log-b failed: no", limits, "Log-b failed"],
    ["it does not fail any more", 0, "", limits, "b did not fail: take it off the list of known limits"],
    ["the toolkit fails of itself", 1, "no such app", [], "the toolkit ended with 1"],
  ])("is one when %s", (_what, code, output, listed, surprise) => {
    expect(findSurprises(code, output, listed)).toContain(surprise);
  });
});
