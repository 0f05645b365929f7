/** What the range assignor promises, over histories of groups. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AssignorInput,
  assignors,
  type Subscriber,
} from "../../../lib/engine/groups/consumer/assignors/index.ts";
import type { TopicId } from "../../../lib/format/index.ts";
import { asStored, momentsOf, type Step, steps, topicIds, turned } from "./histories.ts";

/** Every other member is static, under an id whose order is not that of the keys. */
function withInstances({ members, partitions }: AssignorInput): AssignorInput {
  const named = [...members].map(([key, subscriber], i): [string, Subscriber] => [
    key,
    i % 2 === 0 ? subscriber : { ...subscriber, instanceId: `i${9 - Number(key.slice(1))}` },
  ]);
  return { members: new Map(named), partitions };
}

function inputsOf(all: readonly Step[], likeOthers = false): readonly AssignorInput[] {
  return [...momentsOf(all, assignors.range, likeOthers)].map(({ input }) => withInstances(input));
}

/** Histories in which many topics have as many partitions as another. */
const evenSteps = steps.map(all =>
  all.map(step => (step.kind === "has" ? { ...step, partitions: step.partitions > 4 ? 7 : 3 } : step)),
);

/** Who wants a topic: the static ones by their instance ids, then the others. */
function subscribersInOrder({ members }: AssignorInput, topicId: TopicId): readonly string[] {
  const all = [...members].filter(([, { topics }]) => topics.has(topicId));
  const fixed = all.flatMap(([key, { instanceId }]) =>
    instanceId === undefined ? [] : [{ key, instanceId }],
  );
  const others = all.flatMap(([key, { instanceId }]) => (instanceId === undefined ? [key] : []));
  fixed.sort((a, b) => a.instanceId.localeCompare(b.instanceId));
  return [...fixed.map(({ key }) => key), ...others.sort()];
}

describe("the range assignor", () => {
  it("gives the subscribers of a topic contiguous ranges, in their order, the first ones one more", () => {
    fc.assert(
      fc.property(steps, all => {
        for (const input of inputsOf(all)) {
          const target = assignors.range(input);
          expect([...target.keys()].sort()).toEqual([...input.members.keys()].sort());
          for (const [topicId, count] of input.partitions) {
            const keys = subscribersInOrder(input, topicId);
            const ranges = keys.map(key => target.get(key)?.get(topicId) ?? []);
            const whole = Array.from({ length: keys.length === 0 ? 0 : count }, (_, i) => i);
            expect(ranges.flat()).toEqual(whole);
            const sizes = ranges.map(({ length }) => length);
            expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
            expect((sizes[0] ?? 0) - (sizes.at(-1) ?? 0)).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("gives nobody anything of a topic that it does not want", () => {
    fc.assert(
      fc.property(steps, all => {
        for (const input of inputsOf(all))
          for (const [key, partitions] of assignors.range(input))
            for (const [topicId, indexes] of partitions) {
              expect(input.members.get(key)?.topics).toContain(topicId);
              expect(indexes).not.toEqual([]);
            }
      }),
      { numRuns: 200 },
    );
  });

  it("gives the same partitions of topics that have as many and the same subscribers to the same member", () => {
    let alike = 0;
    fc.assert(
      fc.property(evenSteps, all => {
        for (const input of inputsOf(all, true)) {
          const target = assignors.range(input);
          for (const a of topicIds)
            for (const b of topicIds) {
              const keys = subscribersInOrder(input, a);
              const isAlike =
                a !== b &&
                input.partitions.get(a) === input.partitions.get(b) &&
                keys.join() === subscribersInOrder(input, b).join();
              if (!isAlike || keys.length < 2) continue;
              alike++;
              for (const key of keys) expect(target.get(key)?.get(a)).toEqual(target.get(key)?.get(b));
            }
        }
      }),
      { numRuns: 200 },
    );
    expect(alike).toBeGreaterThan(50);
  });

  it("says the same whatever the order in which it is asked", () => {
    fc.assert(
      fc.property(steps, all => {
        for (const input of inputsOf(all))
          expect(asStored(assignors.range(turned(input)))).toEqual(asStored(assignors.range(input)));
      }),
      { numRuns: 200 },
    );
  });
});
