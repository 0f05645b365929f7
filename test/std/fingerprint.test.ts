import { describe, expect, it } from "vitest";
import { fingerprint } from "../../lib/std/index.ts";

describe("a fingerprint", () => {
  it("is the same for the same text, and of 16 hex digits", () => {
    expect(fingerprint("group")).toBe(fingerprint("group"));
    expect(fingerprint("")).toMatch(/^[0-9a-f]{16}$/);
  });

  it("differs for texts that are nearly alike", () => {
    const texts = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      texts.add(fingerprint(`member-${i}\ntopic ${i % 7}`));
      texts.add(fingerprint(`${"\0".repeat(i % 50)}${i}`));
    }
    expect(texts.size).toBe(40_000);
  });
});
