import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PageCache } from "../../lib/engine/read/index.ts";
import { offset, segmentId, segmentTime } from "../../lib/format/index.ts";
import type { Page, PageEntry } from "../../lib/format/items/index.ts";

const entry: PageEntry = {
  segmentId: segmentId(segmentTime(1), new Uint8Array(6)),
  tier: "object",
  position: 0,
  length: 1,
  count: 1,
  maxTimestampMs: 0,
  flags: 0,
  runs: [],
};

function aPage(start: number, end: number, entries = 1): Page {
  return { start: offset(start), end: offset(end), entries: new Array<PageEntry>(entries).fill(entry) };
}

describe("the known pages", () => {
  it("are found by their ends, partition by partition", () => {
    const pages = new PageCache();
    pages.keep("a", aPage(10, 20));
    pages.keep("a", aPage(0, 10));
    pages.keep("b", aPage(0, 5));
    expect(pages.firstEndingAfter("a", 0)?.end).toBe(10);
    expect(pages.firstEndingAfter("a", 9)?.end).toBe(10);
    expect(pages.firstEndingAfter("a", 10)?.end).toBe(20);
    expect(pages.firstEndingAfter("a", 20)).toBeUndefined();
    expect(pages.firstEndingAfter("b", 4)?.end).toBe(5);
    expect(pages.firstEndingAfter("b", 5)).toBeUndefined();
    expect(pages.firstEndingAfter("c", 0)).toBeUndefined();
  });

  it("are found as a search through all of them would find them", () => {
    const spans = fc.array(fc.tuple(fc.nat({ max: 50 }), fc.integer({ min: 1, max: 10 })), { maxLength: 30 });
    fc.assert(
      fc.property(spans, fc.nat({ max: 60 }), (some, at) => {
        const pages = new PageCache();
        const known = new Map<number, Page>();
        for (const [start, length] of some) {
          const page = aPage(start, start + length);
          pages.keep("a", page);
          if (!known.has(page.end)) known.set(page.end, page);
        }
        const next = [...known.values()].filter(({ end }) => end > at).sort((a, b) => a.end - b.end)[0];
        expect(pages.firstEndingAfter("a", at)).toBe(next);
      }),
    );
  });

  it("are bounded: the ones not asked for longest are forgotten, the others stay", () => {
    const pages = new PageCache();
    const many = Array.from({ length: 30 }, (_, i) => aPage(i * 10, i * 10 + 10, 1000));
    for (const page of many) {
      pages.keep("a", page);
      // Asked for all the while.
      expect(pages.firstEndingAfter("a", 0)).toBe(many[0]);
    }
    const kept = many.filter(({ start }) => pages.firstEndingAfter("a", start)?.start === start);
    expect(kept.length).toBeLessThan(many.length);
    expect(kept).toEqual([many[0], ...many.slice(many.length - kept.length + 1)]);
  });
});
