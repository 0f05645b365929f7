import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseRoll, shouldRoll } from "../../lib/engine/roll/index.ts";
import { partitionIndex, type SegmentId, segmentId, segmentTime } from "../../lib/format/index.ts";
import { commitUpdate, newSequencer, readSequencer } from "../../lib/format/items/index.ts";
import { applyUpdate } from "../../lib/ports/index.ts";

const partitions = Array.from({ length: 4 }, (_, p) => partitionIndex(p));

/** An image after commits; each commit is a list of record counts, one per partition, 0 for none. */
function anImage(commits: readonly (readonly number[])[]) {
  let attributes = newSequencer(0, partitions);
  const ids: SegmentId[] = [];
  for (const [i, counts] of commits.entries()) {
    const id = segmentId(segmentTime(1000 + i), Uint8Array.of(0, 0, 0, 0, 0, i));
    ids.push(id);
    const chunks = counts.flatMap((count, p) =>
      count > 0
        ? [
            {
              partition: partitionIndex(p),
              position: 0,
              length: 9,
              count,
              maxTimestampMs: 1,
              flags: 0,
              runs: [],
            },
          ]
        : [],
    );
    const { update, condition } = commitUpdate(id, { tier: "item", chunks });
    const result = applyUpdate({ pk: "L", sk: "head" }, attributes, update, condition);
    if (result.kind !== "applied") throw new Error("refused");
    attributes = result.attributes;
  }
  return { image: readSequencer(attributes), ids };
}

const commits = fc.array(
  fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }).filter(counts => counts.some(count => count > 0)),
  { minLength: 1, maxLength: 30 },
);

describe("a roll", () => {
  it("takes an oldest prefix and gives each of its records to exactly one page", () => {
    fc.assert(
      fc.property(commits, list => {
        const { image, ids } = anImage(list);
        const plan = chooseRoll(image);
        expect(plan.remove).toEqual(ids.slice(0, plan.remove.length));
        for (const p of partitions) {
          const wanted = list.slice(0, plan.remove.length).reduce((sum, counts) => sum + (counts[p] ?? 0), 0);
          const pages = plan.pages.filter(({ partition }) => partition === p);
          expect(pages.length).toBe(wanted > 0 ? 1 : 0);
          for (const { page } of pages) {
            expect(page.start).toBe(0);
            expect(page.end).toBe(wanted);
            expect(page.entries.reduce((sum, entry) => sum + entry.count, 0)).toBe(wanted);
          }
        }
      }),
    );
  });

  it("is the work of every eighth committer, of whoever left too many bytes, and of anyone at 24 entries", () => {
    const ofOne = (n: number) => anImage(Array.from({ length: n }, () => [1, 0, 0, 0])).image;
    expect([0, 6, 7, 8, 15].map(order => shouldRoll(ofOne(3), order))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(shouldRoll(ofOne(8), 0)).toBe(false);
    expect(shouldRoll(ofOne(24), 0)).toBe(true);
    const wide = anImage(Array.from({ length: 10 }, () => [1, 1, 1, 1])).image;
    expect(wide.liveBytes).toBeGreaterThan(600);
    expect(shouldRoll(wide, 0)).toBe(true);
    expect(shouldRoll(anImage([]).image, 7)).toBe(false);
  });
});
