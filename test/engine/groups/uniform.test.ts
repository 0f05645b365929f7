/** What the uniform assignor promises, over histories of groups. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AssignorInput, assignors } from "../../../lib/engine/groups/consumer/assignors/index.ts";
import {
  asStored,
  flat,
  type Moment,
  momentsOf,
  steps,
  topicIds,
  turned,
  validBefore,
  wantedPartitions,
} from "./histories.ts";

const { uniform } = assignors;

type Held = ReadonlyMap<string, readonly string[]>;

function heldIn({ target }: Moment): Held {
  return new Map([...target].map(([key, partitions]) => [key, flat(partitions)]));
}

/** A partition that would make it more even with another of its topic's subscribers. */
function improvement({ members }: AssignorInput, held: Held): string | undefined {
  for (const [from, names] of held)
    for (const name of names)
      for (const [to, { topics }] of members) {
        const isSubscribed = [...topics].some(id => id === name.split("/")[0]);
        if (isSubscribed && names.length - (held.get(to)?.length ?? 0) >= 2)
          return `${name} from ${from} to ${to}`;
      }
  return undefined;
}

function isComplete(input: AssignorInput, held: Held): boolean {
  return [...held.values()].flat().length === wantedPartitions(input).length;
}

describe("the uniform assignor", () => {
  it("gives each partition of a topic that somebody wants to exactly one of those who want it", () => {
    fc.assert(
      fc.property(steps, all => {
        for (const { input, target } of momentsOf(all, uniform)) {
          expect([...target.keys()].sort()).toEqual([...input.members.keys()].sort());
          expect([...target.values()].flatMap(flat).sort()).toEqual([...wantedPartitions(input)].sort());
          for (const [key, { topics }] of input.members)
            for (const topicId of target.get(key)?.keys() ?? []) expect(topics).toContain(topicId);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("leaves no partition that would make it more even where it moved", () => {
    fc.assert(
      fc.property(steps, all => {
        for (const moment of momentsOf(all, uniform))
          expect(improvement(moment.input, heldIn(moment))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it("moves nothing where all was given and even before", () => {
    let stable = 0;
    fc.assert(
      fc.property(steps, all => {
        for (const moment of momentsOf(all, uniform)) {
          const { input } = moment;
          const before = new Map([...input.members.keys()].map(key => [key, validBefore(input, key)]));
          if (!isComplete(input, before) || improvement(input, before) !== undefined) continue;
          stable++;
          for (const [key, names] of heldIn(moment)) expect(names).toEqual(before.get(key));
        }
      }),
      { numRuns: 300 },
    );
    expect(stable).toBeGreaterThan(50);
  });

  it("differs by 1 at most and moves as little as that allows, where all want the same", () => {
    fc.assert(
      fc.property(steps, all => {
        for (const moment of momentsOf(all, uniform, true)) {
          const { input } = moment;
          if (input.members.size === 0) continue;
          const held = heldIn(moment);
          const counts = [...held.values()].map(({ length }) => length);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);

          // Nobody can keep more than the quota, and only as many as there are partitions over one more.
          const wanted = wantedPartitions(input).length;
          const quota = Math.floor(wanted / input.members.size);
          const had = [...input.members.keys()].map(key => validBefore(input, key));
          const above = had.filter(({ length }) => length > quota).length;
          const kept = had.reduce((sum, { length }) => sum + Math.min(length, quota), 0);
          const most = kept + Math.min(above, wanted % input.members.size);

          const keptNow = [...held].flatMap(([key, names]) => {
            const before = new Set(validBefore(input, key));
            return names.filter(name => before.has(name));
          });
          expect(keptNow.length).toBe(most);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("takes from whoever has more than its share some of each topic", () => {
    const [a = topicIds[0], b = topicIds[0]] = topicIds;
    if (a === undefined || b === undefined) throw new Error("a history has two topics");
    const topics = new Set([a, b]);
    const whole = [0, 1, 2, 3];
    const target = uniform({
      members: new Map([
        [
          "d0",
          {
            topics,
            before: new Map([
              [a, whole],
              [b, whole],
            ]),
          },
        ],
        ["d1", { topics, before: new Map() }],
      ]),
      partitions: new Map([
        [a, 4],
        [b, 4],
      ]),
    });
    expect(asStored(target)).toEqual([
      [
        "d0",
        [
          [a, [0, 1]],
          [b, [0, 1]],
        ],
      ],
      [
        "d1",
        [
          [a, [2, 3]],
          [b, [2, 3]],
        ],
      ],
    ]);
  });

  it("believes the first of two members that had the same", () => {
    const [a] = topicIds;
    if (a === undefined) throw new Error("a history has a topic");
    const had = { topics: new Set([a]), before: new Map([[a, [0]]]) };
    const target = uniform({
      members: new Map([
        ["d1", had],
        ["d0", had],
      ]),
      partitions: new Map([[a, 2]]),
    });
    expect(asStored(target)).toEqual([
      ["d0", [[a, [0]]]],
      ["d1", [[a, [1]]]],
    ]);
  });

  it("says the same whatever the order in which it is asked", () => {
    fc.assert(
      fc.property(steps, all => {
        for (const { input, target } of momentsOf(all, uniform))
          expect(asStored(uniform(turned(input)))).toEqual(asStored(target));
      }),
      { numRuns: 200 },
    );
  });

  it("is complete whatever it is told that members had", () => {
    const before = fc.array(
      fc.tuple(fc.constantFrom(...topicIds), fc.array(fc.integer({ min: -1, max: 9 }))),
    );
    const members = fc.array(fc.tuple(fc.subarray([...topicIds]), before), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(members, all => {
        const input = {
          members: new Map(
            all.map(([topics, had], i) => [`d${i}`, { topics: new Set(topics), before: new Map(had) }]),
          ),
          partitions: new Map(topicIds.slice(1).map((id, i) => [id, 2 * i])),
        };
        const target = uniform(input);
        expect([...target.values()].flatMap(flat).sort()).toEqual([...wantedPartitions(input)].sort());
      }),
      { numRuns: 300 },
    );
  });
});
