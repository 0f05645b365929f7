import { describe, it } from "vitest";
import { expectClean, expectReached, testNaiveVariants } from "./testing.ts";
import { naiveTopics, type TopicBounds, topicModel } from "./topics.ts";

const built: Readonly<Record<string, TopicBounds>> = {
  "a creation and a growth, 1 finisher, 1 kill, an old writer, a sweep": {
    admins: ["create", "grow"],
    finishers: 1,
    kills: 1,
    writers: [0],
    sweeps: [1],
  },
  "a creation, a deletion, a second creation, 1 finisher, an old writer, a sweep": {
    admins: ["create", "delete", "create"],
    finishers: 1,
    writers: [0],
    sweeps: [1],
  },
  "a creation, 1 finisher, an old and a newer writer, 2 sweeps": {
    admins: ["create"],
    finishers: 1,
    writers: [0, 1],
    sweeps: [1, 2],
  },
  "2 creations, 2 deletions, 1 finisher, 2 kills, a writer": {
    admins: ["create", "delete", "create", "delete"],
    finishers: 1,
    kills: 2,
    writers: [0],
  },
  "a creation, a growth, a deletion, a second creation, 1 finisher, 1 kill, a writer": {
    admins: ["create", "grow", "delete", "create"],
    finishers: 1,
    kills: 1,
    writers: [0],
  },
  "a creation whose first write comes late, a deletion, 1 finisher, a writer, a sweep": {
    admins: ["create", "delete"],
    finishers: 1,
    faults: 1,
    writers: [0],
    sweeps: [1],
  },
  "2 creations, the first write of one late, a deletion, 2 finishers, a kill": {
    admins: ["create", "delete", "create"],
    finishers: 2,
    faults: 1,
    kills: 1,
  },
};

describe("topics against the floor", () => {
  testNaiveVariants(naiveTopics, topicModel);

  it.each(Object.entries(built))("are clean with %s", (_, bounds) => {
    expectClean(topicModel(bounds));
  });

  it("can be made anew under the same name and take records", () => {
    const bounds: TopicBounds = { admins: ["create", "delete", "create"], writers: [0] };
    expectReached(topicModel(bounds), ({ topic, writers }) => {
      return topic?.id === 1 && topic.status === "active" && writers.some(({ takenBy }) => takenBy === 1);
    });
  });

  it("can grow and take records in the new shard", () => {
    const bounds: TopicBounds = { admins: ["create", "grow"], writers: [0] };
    expectReached(topicModel(bounds), ({ writers }) =>
      writers.some(({ phase, shard }) => phase === "acknowledged" && shard === 1),
    );
  });

  it("can be finished by another after a kill", () => {
    const bounds: TopicBounds = { admins: ["create"], finishers: 1, kills: 1 };
    expectReached(topicModel(bounds), ({ topic, kills }) => kills === 0 && topic?.status === "active");
  });
});
